import type { ResolvedIdentity } from "../../config/resolve/identity";

/**
 * What a hub is told of the issuer that signs its people in.
 * @throws Error where the federation signs nobody in, which a rule refuses
 */
export function issuerOf(hub: string, title: string, identity: ResolvedIdentity | null) {
  if (!identity) throw new Error(`${hub}: the federation signs nobody in`);
  const { kind, issuer, client, institutions } = identity;
  return { title, issuer, cilogon: kind === "cilogon", clientId: client.id, institutions };
}

export type IssuerOfHub = ReturnType<typeof issuerOf>;
