import { z } from "zod";
import { hubPart, sitePart } from "./as-written";
import { block, id, named, secretRef, text, title, url } from "./fields";
import { state } from "./state";

/** Characters of a pattern of files; the library that matches them throws at far longer ones. */
export const longestPattern = 1000;

const idpName = text(/^[a-z0-9.-]+\.[a-z]{2,}$/, "a domain name: cascadia.example");

const group = z.union([
  block({
    claim: z.string().min(1).describe("The claim that tells the groups of a person."),
    value: z.string().min(1).describe("Its value for this group."),
  }),
  block({
    users: z
      .array(text(/^[^\s@]+@[a-z0-9.-]+$/, "<claim>@<idp>: alice@cascadia.example"))
      .min(1)
      .describe("User ids, <claim>@<idp>."),
  }),
]);

/** Who people are. A person is (institution, claim), never a bare e-mail address. */
const identityBase = {
  idps: named(
    idpName,
    block({
      entity: z.string().min(1).describe("The institution's entity id as the issuer names it."),
      claim: z.string().min(1).describe("The claim that names a person there: eppn, sub, ..."),
    }),
  ).describe("The institutions that may vouch, each for its own people. A user's id is <claim>@<key>."),
  groups: named(id, group).optional().describe("Groups by name. Default none."),
  members: block({ idps: z.array(idpName).min(1).describe("Keys of `identity.idps`: all their people are members.") })
    .optional()
    .describe(
      "Whom `access: federation` means: a hub that lets in others does not read such data. Required once a dataset says so.",
    ),
};
const client = block({
  id: z.string().min(1).describe("The client's id, as the issuer gave it."),
  secret: secretRef.describe("Where the client's secret is found; never the secret itself."),
}).describe("The federation's client at the issuer.");

export const identity = z.discriminatedUnion("kind", [
  block({ kind: z.literal("cilogon").describe("CILogon."), client, ...identityBase }),
  block({
    kind: z.literal("oidc").describe("Any other OpenID Connect issuer."),
    issuer: url.describe("The issuer's URL; its discovery document lies below it."),
    client,
    ...identityBase,
  }),
]);

export const federation = block({
  format: z.literal(1).describe("Version of the config format. Names made for clouds are part of it."),
  federation: id.describe("The federation's id, part of every name. Changing it makes everything new."),
  title,
  contact: text(/^[^\s@]+@[^\s@]+$|^https?:\/\/\S+$/, "an e-mail address or URL").describe(
    "Whom users and operators of other sites ask.",
  ),
  identity: identity
    .optional()
    .describe(
      "The issuer that signs people in everywhere, and who may vouch. Hubs on Kubernetes sign people in by it unless they say otherwise; a hub on this machine has passwords of its own. Default: each site signs in its own.",
    ),
  state,
  defaults: block({
    site: sitePart.optional().describe("Laid under every site. Default nothing."),
    hub: hubPart.optional().describe("Laid under every hub. Default nothing."),
  })
    .optional()
    .describe("Maps merge, lists replace, null removes an inherited key, the nearer value wins. Default nothing."),
  templates: named(id, hubPart)
    .optional()
    .describe("Named hub blocks: `use: NAME` in a hub lays that block between the defaults and the hub. Default none."),
  sites: z
    .array(z.string().min(1).max(longestPattern))
    .min(1)
    .describe("Files of the sites, as glob patterns relative to this file."),
});

export type FederationConfig = z.infer<typeof federation>;
