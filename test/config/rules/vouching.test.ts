import { expect, test } from "vitest";
import type { ResolvedFederation } from "../../../config/resolve/federation";
import { vouching } from "../../../config/rules/vouching";
import { federationYaml, hpc, load, ofHub } from "../federation-of";

const identity = (users: string) => `identity:
  kind: cilogon
  client: {id: c, secret: {env: S}}
  idps: {one.example: {entity: e, claim: eppn}}
  groups: {snow: {users: [${users}]}}
`;
const hub = (keys: string) => ({ "sites/a.yaml": hpc("a", 9000, `hubs: {prod: {ports: 9010, ${keys}}}\n`) });

test("institutions' people at a hub with a shared password", () => {
  expect(load(hub("admins: [ann, bob@one.example], allow: {users: [cy@one.example, dan]}")).faults).toMatchObject([
    {
      code: "vouching",
      line: 7,
      path: "hubs.prod.admins[1]",
      message: "people sign in with a shared password here, so no institution vouches for this person",
      got: "bob@one.example",
      allowed: "plain names",
      fix: "write bob",
    },
    { path: "hubs.prod.allow.users[0]", fix: "write cy" },
  ]);
  expect(load(hub("admins: [ann], allow: {users: [ann, dan]}")).faults).toEqual([]);
});

test("groups of people for whom nobody may vouch", () => {
  const faults = (users: string) => load({ "federation.yaml": federationYaml + identity(users), ...hub("") }).faults;
  expect(faults("ann@one.example, bob@oen.example")).toMatchObject([
    {
      file: "federation.yaml",
      line: 15,
      path: "identity.groups.snow.users[1]",
      message: "no such institution may vouch",
      got: "bob@oen.example",
      allowed: "...@ one.example",
      fix: 'did you mean "one.example"?',
    },
  ]);
  expect(faults("ann@one.example")).toEqual([]);
});

test("names at a hub that signs people in through the federation", () => {
  const { federation } = load({
    "federation.yaml": federationYaml + identity("ann@one.example"),
    ...hub("admins: [ann]"),
  });
  const changed = structuredClone(federation) as ResolvedFederation;
  for (const site of changed.sites)
    if (site.provider === "hpc")
      for (const h of site.hubs)
        Object.assign(h, { auth: { kind: "federation" }, admins: ["ann", "ann@one.example", "x@no.example"] });
  expect(vouching.check(changed, { faultySites: [], directory: "/", told: () => true })).toMatchObject([
    { path: ["hubs", "prod", "admins", 0], message: "no institution is named", fix: "write <claim>@<idp>" },
    { path: ["hubs", "prod", "admins", 2], message: "no such institution may vouch" },
  ]);
});

const client = "client: {id: c, secret: {env: S}}";
const dated = "expires: 2199-01-01";

test("names as GitHub and Google give them", () => {
  const hubs = (kind: string, users: string) =>
    ofHub(`auth: {kind: ${kind}, ${client}}, allow: {users: [${users}]}, ${dated}`);
  expect(hubs("github", "ann, bob@one.example")).toMatchObject([
    {
      code: "vouching",
      line: 9,
      path: "hubs.prod.allow.users[1]",
      message: "people sign in with GitHub here, so no institution vouches for this person",
      fix: "write bob",
    },
  ]);
  expect(hubs("google", "ann, bob@gmail.example")).toMatchObject([
    {
      path: "hubs.prod.allow.users[0]",
      message: "people sign in with Google here, which names them by their e-mail addresses",
      fix: "write ann@DOMAIN",
    },
  ]);
});

test("people of a course platform", () => {
  const lti = `{kind: lti, issuer: "https://l.example", clientId: c, authorizeUrl: "https://l.example/a", keysUrl: "https://l.example/k"}`;
  const hub = (admins: string) => ofHub(`auth: ${lti}, ${dated}, admins: [${admins}]`);
  expect(hub("teacher, lti-4711")).toMatchObject([
    {
      path: "hubs.prod.admins[0]",
      message: "people come from a course platform here, which names them by numbers or codes of its own",
      got: "teacher",
      allowed: "lti-SUBJECT",
    },
  ]);
});

test("people of a profile, and admins, at a hub of the federation's", () => {
  const big = 'big: {title: B, image: "quay.io/pangeo/pangeo-notebook:1", allow: {users: ["cy@no.example"]}}';
  expect(ofHub(`admins: [ann, "bo@two.example"], profiles: {${big}}`)).toMatchObject([
    { path: "hubs.prod.admins[0]", message: "no institution is named", fix: "write <claim>@<idp>" },
    { path: "hubs.prod.profiles.big.allow.users[0]", message: "no such institution may vouch" },
  ]);
});

test("names in capitals are nobody's, but where the issuer's own subject is the name", () => {
  const of = (claim: string) => {
    const told = identity("Ann@one.example").replace("claim: eppn", `claim: ${claim}`);
    return load({ "federation.yaml": federationYaml + told, ...hub("") }).faults;
  };
  expect(of("eppn")).toMatchObject([
    {
      path: "identity.groups.snow.users[0]",
      message: "people of this institution have small letters, as hubs read their `eppn`: this is nobody",
      fix: "write ann@one.example",
    },
  ]);
  expect(of("sub")).toEqual([]);
});
