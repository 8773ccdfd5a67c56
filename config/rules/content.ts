import type { ResolvedClusterHub } from "../resolve/cluster-hub";
import type { ResolvedClusterSite } from "../resolve/cluster-site";
import { didYouMean, listed } from "../suggest";
import type { Rule, RuleFinding } from "./rule";
import { clusterHubs } from "./walk";

export const content: Rule = {
  id: "content",
  reason: "Files are saved where their user alone writes and nothing expires; a branch is one of a repository.",
  check: (federation) =>
    clusterHubs(federation).flatMap(({ site, hub }) =>
      [...branch(hub), ...saveTo(hub, site)].map(({ path, ...finding }) => ({
        ...{ site: site.id, path: ["hubs", hub.id, "content", ...path] },
        ...finding,
      })),
    ),
};

function branch({ content }: ResolvedClusterHub): RuleFinding[] {
  if (content.branch === null || content.git !== null) return [];
  return [
    { path: ["branch"], atKey: true, message: "a branch without a repository", fix: "write git: URL, or remove it" },
  ];
}

function saveTo(hub: ResolvedClusterHub, site: ResolvedClusterSite): RuleFinding[] {
  const id = hub.content.saveTo;
  if (id === null) return [];
  const path = ["saveTo"];
  const able = site.buckets.filter((b) => b.purpose !== "library" && b.expireDays === null).map((b) => b.id);
  const allowed = listed(able);
  const bucket = site.buckets.find((b) => b.id === id);
  if (!bucket) {
    const fix = didYouMean(id, able) ?? "name a persistent bucket of this site";
    return [{ path, message: "the site has no such bucket", allowed, fix }];
  }
  const wrong = unfit(bucket, hub);
  if (wrong) return [{ path, message: wrong, allowed, fix: "name a persistent bucket that the hub writes" }];
  if (hub.home === null) return [];
  const message = `files lie in the home ${hub.home} already; what is brought back at start could be older`;
  return [{ path, atKey: true, message, fix: "remove it, or write home: none" }];
}

/** Why nobody's files are to be saved in a bucket. */
function unfit(bucket: ResolvedClusterSite["buckets"][number], hub: ResolvedClusterHub): string | undefined {
  if (bucket.purpose === "library") return "a library has no place for each user";
  if (bucket.expireDays !== null) return `what lies there goes after ${bucket.expireDays} days`;
  return hub.buckets.some((b) => b.id === bucket.id && b.right === "write") ? undefined : "the hub may not write there";
}
