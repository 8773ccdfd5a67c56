import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { App } from "cdktf";
import { packageRoot } from "../config/package-root";
import type { ResolvedAwsSite } from "../config/resolve/aws-site";
import type { ResolvedGoogleSite } from "../config/resolve/google-site";
import type { ResolvedKubernetesSite } from "../config/resolve/kubernetes-site";
import type { ResolvedSite } from "../config/resolve/site";
import { hpcStacks } from "./hpc/stacks";
import type { FederationProps, SiteStack } from "./site-stack";

/** Makes the stacks of a provider's sites, cut by lifetime, each after those that it needs. */
const makers: {
  [P in ResolvedSite["provider"]]: (
    app: App,
    site: Extract<ResolvedSite, { provider: P }>,
    props: FederationProps,
  ) => SiteStack[];
} = {
  aws: onAws,
  google: onGoogle,
  hpc: hpcStacks,
  kubernetes: onKubernetes,
  store: () => [], // only catalogued
};

/** Decides which stacks exist. */
export function federationStacks(app: App, props: FederationProps): SiteStack[] {
  const stacks = props.federation.sites.flatMap((site) => stacksOf(app, site, props));
  return [...stacks, ...grantsStacks(app, props, stacks)];
}

function stacksOf<P extends ResolvedSite["provider"]>(
  app: App,
  site: Extract<ResolvedSite, { provider: P }>,
  props: FederationProps,
): SiteStack[] {
  return makers[site.provider as P](app, site, props);
}

/** Loaded only where a site needs it, like all that follow: their bindings are optional dependencies. */
function onAws(app: App, site: ResolvedAwsSite, props: FederationProps): SiteStack[] {
  const aws = "@cdktf/provider-aws";
  if (site.cluster === null) {
    const load = () => require("./aws/stacks") as typeof import("./aws/stacks");
    return withBindings([aws], load).awsLakeStacks(app, site, props);
  }
  const load = () => require("./aws/platform") as typeof import("./aws/platform");
  return withBindings([aws, ...onCluster], load).awsPlatformStacks(app, site, props);
}

function onGoogle(app: App, site: ResolvedGoogleSite, props: FederationProps): SiteStack[] {
  const google = "@cdktf/provider-google";
  if (site.cluster === null) {
    const load = () => require("./google/stacks") as typeof import("./google/stacks");
    return withBindings([google], load).googleLakeStacks(app, site, props);
  }
  const load = () => require("./google/platform") as typeof import("./google/platform");
  return withBindings([google, ...onCluster], load).googlePlatformStacks(app, site, props);
}

/** What goes from one site to others is after all lakes, so that no circle arises. */
function grantsStacks(app: App, props: FederationProps, stacks: readonly SiteStack[]): SiteStack[] {
  const onAws = () => require("./aws/stacks") as typeof import("./aws/stacks");
  const onGoogle = () => require("./google/stacks") as typeof import("./google/stacks");
  return props.federation.sites.flatMap((site) => {
    if (site.provider === "aws")
      return withBindings(["@cdktf/provider-aws"], onAws).awsGrantsStacks(app, site, props, stacks);
    if (site.provider === "google")
      return withBindings(["@cdktf/provider-google"], onGoogle).googleGrantsStacks(app, site, props, stacks);
    return [];
  });
}

function onKubernetes(app: App, site: ResolvedKubernetesSite, props: FederationProps): SiteStack[] {
  const load = () => require("./kubernetes/stacks") as typeof import("./kubernetes/stacks");
  return withBindings(onCluster, load).kubernetesStacks(app, site, props);
}

/** Bindings of all that stands on Kubernetes. */
const onCluster = ["@cdktf/provider-helm", "@cdktf/provider-kubernetes"] as const;

/** Bindings of the engine's providers that a user has not installed. */
export class MissingBindings extends Error {}

/** @throws MissingBindings that says what to install, where bindings of the engine's providers are not there */
function withBindings<T>(bindings: readonly string[], load: () => T): T {
  try {
    return load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "MODULE_NOT_FOUND" || !bindings.some((name) => message.includes(name))) throw error;
    const text = readFileSync(join(packageRoot(), "package.json"), "utf8");
    const { peerDependencies } = JSON.parse(text) as { peerDependencies: Readonly<Record<string, string>> };
    const wanted = bindings.map((name) => `${name}@${peerDependencies[name]}`);
    throw new MissingBindings(`these stacks need bindings that are not installed: npm install ${wanted.join(" ")}`);
  }
}
