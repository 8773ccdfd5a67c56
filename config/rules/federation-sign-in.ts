import type { Rule } from "./rule";
import { allHubs } from "./walk";

export const federationSignIn: Rule = {
  id: "federation-sign-in",
  reason: "To sign people in through the federation, it must say which institutions vouch for whom.",
  check: (federation) =>
    allHubs(federation).flatMap(({ site, hub }) => {
      if (federation.identity || hub.auth.kind !== "federation") return [];
      const message = "people sign in through the federation here, and it has no `identity`";
      const fix = "write `identity` in the federation file, or another `auth` for the hub";
      return [{ site: site.id, path: ["hubs", hub.id, "auth"], message, fix }];
    }),
};
