import { didYouMean, listed } from "../suggest";
import type { Rule, RuleFinding } from "./rule";
import { allHubs } from "./walk";

export const defaultProfile: Rule = {
  id: "default-profile",
  reason: "A user who does not choose must still get a server.",
  check: (federation) =>
    allHubs(federation).flatMap(({ site, hub }) => {
      const names = hub.profiles.map((p) => p.id);
      const found = hub.profiles.find((p) => p.id === hub.defaultProfile);
      if (found) return "allow" in found && found.allow ? [gated(site.id, hub.id, found.id)] : [];
      const fix = didYouMean(hub.defaultProfile, names) ?? "name one of the hub's profiles";
      const path = ["hubs", hub.id, "defaultProfile"];
      return [{ site: site.id, path, message: "the hub has no such profile", allowed: listed(names), fix }];
    }),
};

/** Whom `allow` leaves out would get nothing unless they choose. */
function gated(site: string, hub: string, profile: string): RuleFinding {
  const path = ["hubs", hub, "profiles", profile, "allow"];
  const message = "this is the default profile, and not all of the hub may take it";
  return { site, path, atKey: true, message, fix: "remove it, or make another profile the default" };
}
