import type { FederationConfig } from "../schema/federation";

/** CILogon's issuer; its endpoints lie below it. */
const cilogon = "https://cilogon.org";

/** Who signs people in, and who may vouch for whom. */
export function resolveIdentity(identity: NonNullable<FederationConfig["identity"]>) {
  const groups = Object.entries(identity.groups ?? {});
  return {
    kind: identity.kind,
    issuer: identity.kind === "oidc" ? identity.issuer : cilogon,
    client: identity.client,
    idps: Object.keys(identity.idps),
    /** How the issuer names each institution of `idps`, and the claim that names its people. */
    institutions: { ...identity.idps },
    groups: groups.map(([id]) => id),
    /** Who belongs to each group: by a claim's value, or by a list of users. */
    groupRules: Object.fromEntries(groups),
    members: identity.members?.idps ?? null,
    /** Groups that are lists of user ids (`<claim>@<idp>`), by group. */
    groupUsers: Object.fromEntries(groups.flatMap(([id, g]) => ("users" in g ? [[id, g.users] as const] : []))),
  };
}

export type ResolvedIdentity = ReturnType<typeof resolveIdentity>;
