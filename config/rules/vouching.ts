import type { ResolvedFederation } from "../resolve/federation";
import { type ResolvedHub, signsInByFederation } from "../resolve/hub";
import { didYouMean, listed } from "../suggest";
import type { Rule, RuleFinding } from "./rule";
import { allHubs } from "./walk";

/** The institution that a user id names, if it names one. */
function idpOf(user: string): string | undefined {
  return user.includes("@") ? user.slice(user.lastIndexOf("@") + 1) : undefined;
}

export const vouching: Rule = {
  id: "vouching",
  reason:
    "A person is (institution, claim): each id names an institution that may vouch, or is a plain name of one hub.",
  check: (federation) => [
    ...Object.entries(federation.identity?.groupUsers ?? {}).flatMap(([group, users]) =>
      users.flatMap((user, i) => unknownIdp(federation, user, ["identity", "groups", group, "users", i])),
    ),
    ...allHubs(federation).flatMap(({ site, hub }) =>
      named(hub).flatMap(({ user, path }) =>
        (signsInByFederation(hub) ? unknownIdp(federation, user, path) : notPlain(user, path)).map((finding) => ({
          ...finding,
          site: site.id,
        })),
      ),
    ),
  ],
};

/** People that a hub names, and where. */
function named(hub: ResolvedHub): { user: string; path: (string | number)[] }[] {
  const users = "users" in hub.allow ? hub.allow.users : [];
  return [
    ...hub.admins.map((user, i) => ({ user, path: ["hubs", hub.id, "admins", i] })),
    ...users.map((user, i) => ({ user, path: ["hubs", hub.id, "allow", "users", i] })),
  ];
}

function notPlain(user: string, path: (string | number)[]): RuleFinding[] {
  if (idpOf(user) === undefined) return [];
  const message = "people sign in with a shared password here, so no institution vouches for this person";
  return [{ path, message, allowed: "plain names", fix: `write ${user.split("@")[0]}` }];
}

function unknownIdp(federation: ResolvedFederation, user: string, path: (string | number)[]): RuleFinding[] {
  const idps = federation.identity?.idps ?? [];
  const idp = idpOf(user);
  if (idp !== undefined && idps.includes(idp)) return [];
  const message = idp === undefined ? "no institution is named" : "no such institution may vouch";
  const known = idp === undefined ? undefined : didYouMean(idp, idps);
  const fix = known ?? (idp === undefined ? "write <claim>@<idp>" : "name one of them, or add it to identity.idps");
  return [{ path, message, allowed: `...@ ${listed(idps)}`, fix }];
}
