import { didYouMean, listed } from "../suggest";
import type { Rule, RuleFinding } from "./rule";

export const servedBy: Rule = {
  id: "served-by",
  reason: "A store's datasets have URLs at the gateway of the site that serves them, so that site must have one.",
  check: (federation, { faultySites }) =>
    federation.sites.flatMap((site): RuleFinding[] => {
      if (!("servedBy" in site) || site.servedBy === null || faultySites.includes(site.servedBy)) return [];
      const target = federation.sites.find((s) => s.id === site.servedBy);
      const fronts = federation.sites.flatMap((s) => (s.gateway ? [s.id] : []));
      if (target && fronts.includes(target.id)) return [];
      const message = target ? `this site has no Zarr gateway${reason(target)}` : "the federation has no such site";
      const hint = target ? undefined : didYouMean(site.servedBy, fronts);
      const fix = hint ?? "name a site that has a gateway, or remove it: the catalog then links the store itself";
      return [{ site: site.id, path: ["servedBy"], message, allowed: listed(fronts), fix }];
    }),
};

function reason(target: { provider: string }): string {
  if (target.provider === "store") return ": it is a store";
  return target.provider === "aws" || target.provider === "google" ? ": it is a lake alone" : " (zarrGateway: none)";
}
