import type { Rule } from "./rule";
import { allHubs } from "./walk";

export const expiresOrder: Rule = {
  id: "expires-order",
  reason: "A hub cannot outlive its site.",
  check: (federation) =>
    allHubs(federation).flatMap(({ site, hub }) => {
      if (site.expires === null || hub.expires === null || hub.expires <= site.expires) return [];
      const message = `the hub would end at ${hub.expires}, after its site, which ends at ${site.expires}`;
      const fix = "give the hub an earlier date, or the site a later one";
      return [{ site: site.id, path: ["hubs", hub.id, "expires"], message, fix }];
    }),
};
