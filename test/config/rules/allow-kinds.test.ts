import { expect, test } from "vitest";
import { ofHub } from "../federation-of";

const client = "client: {id: c, secret: {env: S}}";
const auths = {
  federation: "{kind: federation}",
  github: `{kind: github, ${client}}`,
  google: `{kind: google, ${client}}`,
  lti: '{kind: lti, issuer: "https://l.example", clientId: c, authorizeUrl: "https://l.example/a", keysUrl: "https://l.example/k"}',
  sharedPassword: "{kind: sharedPassword, password: {env: P}}",
} as const;
type Kind = keyof typeof auths;
const hub = (kind: Kind, keys: string) =>
  ofHub(`auth: ${auths[kind]}, expires: 2199-01-01, ${keys}`).filter((fault) => fault.code === "allow-kinds");

const lists = {
  idps: "[one.example]",
  groups: "[snow]",
  domains: "[one.example]",
  orgs: "[pangeo-data]",
  teams: '["pangeo-data:ops"]',
  users: "[ann]",
} as const;
const fit: Record<Kind, readonly (keyof typeof lists)[]> = {
  federation: ["idps", "groups", "domains", "users"],
  github: ["orgs", "teams", "users"],
  google: ["domains", "users"],
  lti: ["users"],
  sharedPassword: ["users"],
};

test.each(Object.keys(auths) as Kind[])("lists that %s can check, and no others", (kind) => {
  for (const [key, list] of Object.entries(lists)) {
    const found = hub(kind, `allow: {${key}: ${list}}`);
    const allowed = (fit[kind] as readonly string[]).includes(key);
    expect(
      found.map((f) => f.path),
      key,
    ).toEqual(allowed ? [] : [`hubs.prod.allow.${key}`]);
  }
});

test("what it says", () => {
  expect(hub("github", "allow: {orgs: [pangeo-data], idps: [one.example]}")).toMatchObject([
    {
      line: 9,
      message: "with auth.kind github nothing tells whether a person is one of these",
      allowed: "orgs, teams, users",
      fix: "remove it, or choose another auth",
    },
  ]);
});

test("everyone who has an account at a service where anybody can have one", () => {
  expect(hub("github", "allow: everyone")).toMatchObject([
    {
      path: "hubs.prod.allow",
      message: "anybody can have an account at github: compute for everyone",
      got: "everyone",
      allowed: "orgs, teams, users",
      fix: "name some: allow: {orgs: [...]}",
    },
  ]);
  expect(hub("google", "allow: everyone")).toMatchObject([{ fix: "name some: allow: {domains: [...]}" }]);
  for (const kind of ["federation", "lti", "sharedPassword"] as const) expect(hub(kind, "allow: everyone")).toEqual([]);
});

test("profiles for some", () => {
  const big = (allow: string) =>
    `allow: {users: [ann]}, profiles: {big: {title: B, image: "quay.io/pangeo/pangeo-notebook:1", allow: {${allow}}}}`;
  expect(hub("github", big('teams: ["a:b"]'))).toEqual([]);
  expect(hub("federation", big("groups: [snow]"))).toEqual([]);
  expect(hub("github", big("groups: [snow]"))).toMatchObject([{ path: "hubs.prod.profiles.big.allow.groups" }]);
  expect(hub("federation", big('teams: ["a:b"]'))).toMatchObject([{ allowed: "groups, users" }]);
  expect(hub("sharedPassword", big("users: [ann]"))).toMatchObject([{ allowed: "no list at all" }]);
});
