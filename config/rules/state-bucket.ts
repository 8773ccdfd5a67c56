import { awsEndpoint } from "../aws-names";
import type { ResolvedFederation } from "../resolve/federation";
import type { ResolvedSite } from "../resolve/site";
import type { ResolvedBucketState, ResolvedGcsState, ResolvedS3State, ResolvedState } from "../resolve/state";
import type { Rule, RuleFinding } from "./rule";

export const stateBucket: Rule = {
  id: "state-bucket",
  reason:
    "The engine's state lies in a bucket of its own: who uses or reads a lake must not read or change what made it.",
  check: (federation) => {
    const own = federation.sites.flatMap((site) => {
      const state = federation.states[site.id];
      return state && state !== federation.state ? faultOf(federation, state, site.id) : [];
    });
    return [...faultOf(federation, federation.state), ...own];
  },
};

function faultOf(federation: ResolvedFederation, state: ResolvedState, site?: string): RuleFinding[] {
  if (state.kind === "local") return [];
  const holder = federation.sites.flatMap((other) =>
    other.buckets.flatMap((bucket) =>
      bucket.name === state.bucket && isSameStore(other, state) ? [{ other, bucket }] : [],
    ),
  )[0];
  if (!holder) return [];
  const message = `this is bucket ${holder.bucket.id} of site ${holder.other.id}`;
  const fix = "name a bucket that holds nothing else; isthmus bootstrap makes it";
  return [{ ...(site === undefined ? {} : { site }), path: ["state", "bucket"], message, fix }];
}

/** Bucket names are told apart by their store; AWS is one store, and so is Google Cloud. */
function isSameStore(site: ResolvedSite, state: ResolvedBucketState): boolean {
  const there = "s3" in site ? site.s3.endpoint : site.endpoint;
  return state.kind === "s3" ? isInS3(site, there, state) : isInGcs(there, state);
}

function isInS3(site: ResolvedSite, there: string, { endpoint, region }: ResolvedS3State): boolean {
  if (endpoint !== null) return there === endpoint;
  return (
    site.provider === "aws" || there === awsEndpoint(region) || /(^|\.)amazonaws\.com$/.test(new URL(there).hostname)
  );
}

/** Google's own addresses lead to one store, private ones too. */
function isInGcs(there: string, { endpoint }: ResolvedGcsState): boolean {
  const isGoogle = (url: string) => /(^|\.)googleapis\.com$/.test(new URL(url).hostname);
  return endpoint === null || isGoogle(endpoint) ? isGoogle(there) : there === endpoint;
}
