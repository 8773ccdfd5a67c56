import { z } from "zod";
import { block, pack, secretRef, text, url } from "./fields";
import { userName } from "./hub";

const client = block({
  id: z.string().min(1).describe("The client's id, as the issuer gave it."),
  secret: secretRef.describe("Where the client's secret is found; never the secret itself."),
}).describe("The hub's own client (OAuth app). Its callback is https://<hub>.<domain>/hub/oauth_callback.");

/** Ways to sign in to a hub on Kubernetes. None lets in whom nobody vouches for. */
export const clusterAuth = z
  .discriminatedUnion("kind", [
    block({
      kind: z
        .literal("federation")
        .describe("federation: the issuer of `identity`; people are <claim>@<idp>, the same at every site."),
    }),
    block({ kind: z.literal("github").describe("github: members of organisations and teams, or users."), client }),
    block({ kind: z.literal("google").describe("google: accounts of domains, or users (e-mail addresses)."), client }),
    block({
      kind: z.literal("lti").describe("lti: people whom a course platform sends (LTI 1.3)."),
      issuer: url.describe("The platform's issuer."),
      clientId: z.string().min(1).describe("The hub's client id at the platform."),
      authorizeUrl: url.describe("The platform's OpenID Connect authorization URL."),
      keysUrl: url.describe("The platform's JSON Web Key Set."),
    }),
    block({
      kind: z
        .literal("sharedPassword")
        .describe("sharedPassword: one password for all of a workshop. Only with `expires`; public data only."),
      password: secretRef.describe("Where the users' password is found."),
      adminPassword: secretRef
        .optional()
        .describe("Where the admins' password is found, which differs. Required with `admins`."),
    }),
  ])
  .describe("How people sign in. Default federation.");

const domain = text(/^(?:[a-z0-9-]+\.)+[a-z]{2,}$/, "a domain name: example.org");

/** One list at least, or nobody could sign in. */
const someone = (lists: Record<string, unknown>) => Object.values(lists).some((list) => list !== undefined);

/** Who may sign in to a hub on Kubernetes. */
export const clusterAllow = z
  .union([
    z.literal("everyone"),
    block({
      idps: z
        .array(domain)
        .min(1)
        .optional()
        .describe("All people of these institutions (keys of `identity.idps`). Default none."),
      groups: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .describe("People of these groups (`identity.groups`). Default none."),
      users: z
        .array(userName)
        .min(1)
        .optional()
        .describe("These users: <claim>@<idp>; GitHub names; e-mail addresses with google. Default none."),
      domains: z
        .array(domain)
        .min(1)
        .optional()
        .describe(
          "People with an address of these domains: of a vouching institution, or a Google Workspace. Default none.",
        ),
      orgs: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .describe("Members of these GitHub organisations. Default none."),
      teams: z
        .array(text(/^[\w.-]+:[\w.-]+$/, "ORGANISATION:TEAM"))
        .min(1)
        .optional()
        .describe("Members of these GitHub teams, ORG:TEAM. Default none."),
    }).refine(someone, { error: pack({ message: "nobody is allowed", fix: "name someone, or write everyone" }) }),
  ])
  .describe(
    "Who may sign in. Required and explicit: `everyone` whom the sign-in vouches for (the federation's institutions, the course, who has the password), or any of these lists.",
  );

/** Who may take a profile, among those who may sign in. */
export const profileAllow = block({
  groups: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe("People of these groups (`identity.groups`). Default none."),
  teams: z
    .array(text(/^[\w.-]+:[\w.-]+$/, "ORGANISATION:TEAM"))
    .min(1)
    .optional()
    .describe("Members of these GitHub teams. Default none."),
  users: z.array(userName).min(1).optional().describe("These users. Default none."),
})
  .refine(someone, { error: pack({ message: "nobody is allowed", fix: "name a group, a team or a user" }) })
  .describe("Who may take this profile; the server refuses others, whatever their form says. Default: all of the hub.");
