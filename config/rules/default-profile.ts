import { didYouMean, listed } from "../suggest";
import type { Rule } from "./rule";
import { allHubs } from "./walk";

export const defaultProfile: Rule = {
  id: "default-profile",
  reason: "A user who does not choose must still get a server.",
  check: (federation) =>
    allHubs(federation).flatMap(({ site, hub }) => {
      const names = hub.profiles.map((p) => p.id);
      if (names.includes(hub.defaultProfile)) return [];
      const fix = didYouMean(hub.defaultProfile, names) ?? "name one of the hub's profiles";
      const path = ["hubs", hub.id, "defaultProfile"];
      return [{ site: site.id, path, message: "the hub has no such profile", allowed: listed(names), fix }];
    }),
};
