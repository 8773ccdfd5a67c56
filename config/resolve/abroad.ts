import { awsRoleArn } from "../aws-names";
import { googleAccountEmail, hubAccountId, readerPoolId, readerPoolName, readerProviderId } from "../google-names";
import { userServiceAccount } from "../names";
import type { ResolvedClusterHub } from "./cluster-hub";
import type { ResolvedFederation } from "./federation";
import type { ResolvedGoogleSite } from "./google-site";
import { hostOf, hubRole, isReader, type Reader, type ReadingHub } from "./grants";
import { signsInByFederation } from "./hub-base";

/** A token of the cluster's own that pods hand to another cloud. */
export interface PodToken {
  /** Whom it is for: nobody else takes it. */
  readonly audience: string;
  /** Its file, in the folder of tokens. */
  readonly file: string;
}

/** How users' pods are somebody in clouds that are not their own: without a key. */
export interface Abroad {
  /** What clients of AWS are told. */
  readonly aws: { readonly role: string; readonly region: string; readonly token: PodToken } | null;
  /** What clients of Google are told. */
  readonly google: { readonly audience: string; readonly token: PodToken } | null;
}

/** Nobody in any other cloud. */
export const nobodyAbroad: Abroad = { aws: null, google: null };

/** What a hub's pods are in other clouds. */
export function abroadOf(federation: ResolvedFederation, site: string, hub: ResolvedClusterHub): Abroad {
  const reader = federation.sites.filter(isReader).find((one) => one.id === site);
  // Those of other sign-ins are granted nothing, so they are nobody.
  if (!reader || !signsInByFederation(hub)) return nobodyAbroad;
  return { aws: inAws(federation, reader, hub), google: inGoogle(federation, reader) };
}

function inAws(federation: ResolvedFederation, site: Reader, hub: ResolvedClusterHub): Abroad["aws"] {
  const host = hostOf(federation, "aws", site);
  const role = host && hubRole(federation, site, hub);
  if (!role) return null;
  const token = { audience: "sts.amazonaws.com", file: "aws" };
  return { role: awsRoleArn(role.account, role.name), region: host.region, token };
}

function inGoogle(federation: ResolvedFederation, site: Reader): Abroad["google"] {
  const host = hostOf(federation, "google", site);
  if (!host) return null;
  const audience = `//iam.googleapis.com/${poolOf(federation, host)}/providers/${readerProviderId(site.id)}`;
  return { audience, token: { audience: `https:${audience}`, file: "google" } };
}

/** The pool of a site on Google in which hubs outside it are known, as policies name it. */
function poolOf(federation: ResolvedFederation, host: ResolvedGoogleSite): string {
  // A rule wants the number; without it nothing is brought up.
  return readerPoolName(host.projectNumber ?? "", readerPoolId(federation.id, host.id));
}

/** What a hub's people are in policies of Google: an account of their own project, or somebody in a pool; null: nobody. */
export function googleMember(federation: ResolvedFederation, { site, hub }: ReadingHub): string | null {
  if (site.provider === "google")
    return `serviceAccount:${googleAccountEmail(site.project, hubAccountId(federation.id, site.id, hub.id))}`;
  const host = hostOf(federation, "google", site);
  if (!host) return null;
  return `principal://iam.googleapis.com/${poolOf(federation, host)}/subject/${subjectOf(site.id, hub.namespace)}`;
}

/** Pods of two clusters may have one name, so the site's is before it. At most 127 characters, as Google has it. */
function subjectOf(site: string, namespace: string): string {
  return `${site}:system:serviceaccount:${namespace}:${userServiceAccount}`;
}
