import type { Path } from "../faults";
import type { ResolvedFederation } from "../resolve/federation";
import type { ResolvedHub } from "../resolve/hub";
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
      [
        ...named(hub).flatMap(({ user, path }) => wrongName(federation, hub.auth, user, path)),
        ...peopleOf(hub).flatMap(({ user, path }) => unknownIdp(federation, user, path).map(atKey)),
      ].map((finding) => ({ ...finding, site: site.id })),
    ),
  ],
};

/** People that a hub names, and where. */
function named(hub: ResolvedHub): { user: string; path: (string | number)[] }[] {
  const at = (users: readonly string[], ...path: string[]) =>
    users.map((user, i) => ({ user, path: ["hubs", hub.id, ...path, i] }));
  return [
    ...at(hub.admins, "admins"),
    ...at("users" in hub.allow ? hub.allow.users : [], "allow", "users"),
    ...hub.profiles.flatMap((p) =>
      "allow" in p && p.allow ? at(p.allow.users, "profiles", p.id, "allow", "users") : [],
    ),
  ];
}

/** People whose accounts of a machine a hub names. */
function peopleOf({ id, auth }: ResolvedHub): { user: string; path: Path }[] {
  const people = "accounts" in auth ? Object.keys(auth.accounts) : [];
  return people.map((user) => ({ user, path: ["hubs", id, "auth", "accounts", user] }));
}

function atKey(finding: RuleFinding): RuleFinding {
  return { ...finding, atKey: true };
}

/** How each sign-in names people. */
function wrongName(federation: ResolvedFederation, auth: ResolvedHub["auth"], user: string, path: Path) {
  switch (auth.kind) {
    case "federation":
      return "accounts" in auth
        ? notPlain("as accounts of the machine", user, path)
        : unknownIdp(federation, user, path);
    case "sharedPassword":
      return notPlain("with a shared password", user, path);
    case "pam":
      return notPlain("with accounts of the machine", user, path);
    case "github":
      return notPlain("with GitHub", user, path);
    case "google":
      return noAddress(user, path);
    case "lti":
      return notOfCourse(user, path);
  }
}

function notPlain(how: string, user: string, path: Path): RuleFinding[] {
  if (idpOf(user) === undefined) return [];
  const message = `people sign in ${how} here, so no institution vouches for this person`;
  return [{ path, message, allowed: "plain names", fix: `write ${user.split("@")[0]}` }];
}

function noAddress(user: string, path: Path): RuleFinding[] {
  if (idpOf(user) !== undefined) return [];
  const message = "people sign in with Google here, which names them by their e-mail addresses";
  return [{ path, message, allowed: "e-mail addresses", fix: `write ${user}@DOMAIN` }];
}

function notOfCourse(user: string, path: Path): RuleFinding[] {
  if (/^lti-[^@]+$/.test(user)) return [];
  const message = "people come from a course platform here, which names them by numbers or codes of its own";
  return [{ path, message, allowed: "lti-SUBJECT", fix: "write what the hub shows as the person's name" }];
}

function unknownIdp(federation: ResolvedFederation, user: string, path: Path): RuleFinding[] {
  const idps = federation.identity?.idps ?? [];
  const idp = idpOf(user);
  if (idp !== undefined && idps.includes(idp))
    return inCapitals(federation.identity?.institutions[idp]?.claim, user, path);
  const message = idp === undefined ? "no institution is named" : "no such institution may vouch";
  const known = idp === undefined ? undefined : didYouMean(idp, idps);
  const fix = known ?? (idp === undefined ? "write <claim>@<idp>" : "name one of them, or add it to identity.idps");
  return [{ path, message, allowed: `...@ ${listed(idps)}`, fix }];
}

/** All claims name people whatever the case, and hubs write them small, but the issuer's own subject. */
function inCapitals(claim: string | undefined, user: string, path: Path): RuleFinding[] {
  const small = user.toLowerCase();
  if (claim === "sub" || user === small) return [];
  const message = `people of this institution have small letters, as hubs read their \`${claim}\`: this is nobody`;
  return [{ path, message, fix: `write ${small}` }];
}
