import { expect, test } from "vitest";
import { faultsOf, federationYaml, hpc, slurm } from "../federation-of";

const hub = (keys: string) => `hubs: {prod: {ports: 9010${keys}}}\n`;
const onSlurm = (keys: string) => faultsOf({ "sites/a.yaml": slurm("a", 9000, hub(keys)) });
const onMachine = (keys: string) => faultsOf({ "sites/a.yaml": hpc("a", 9000, hub(keys)) });

test("a shared password where names become Unix users", () => {
  expect(onSlurm(", auth: {kind: sharedPassword}")).toEqual([
    "sites/a.yaml:9:41 unix-sign-in hubs.prod.auth.kind: whoever has the password would get the jobs and files of any user they name",
  ]);
});

test("accounts of the machine where all notebooks are one user's", () => {
  expect(onMachine(", auth: {kind: pam}")).toEqual([
    "sites/a.yaml:7:41 unix-sign-in hubs.prod.auth.kind: notebooks here are processes of one user, whoever signs in",
  ]);
  expect(onMachine(", allow: {unixGroups: [pangeo]}")).toEqual([
    "sites/a.yaml:7:36 unix-sign-in hubs.prod.allow.unixGroups: who has a shared password is in no group of the machine",
  ]);
});

test("PAM with a batch system, a shared password without", () => {
  for (const keys of ["", ", auth: {kind: pam, service: sshd}", ", allow: {unixGroups: [pangeo], users: [ann]}"])
    expect(onSlurm(keys), keys).toEqual([]);
  expect(onMachine(", allow: {users: [ann]}")).toEqual([]);
});

const identity = `identity:
  kind: cilogon
  client: {id: c, secret: {env: S}}
  idps: {one.example: {entity: e, claim: eppn}, two.example: {entity: f, claim: eppn}}
`;

/** Faults of a hub on Slurm that has the federation's people, with these keys of `auth`. */
function ofPeople(auth: string, keys = "", top = federationYaml + identity): readonly string[] {
  const site = slurm("a", 9000, hub(`, auth: {kind: federation, secretFile: /etc/secret, ${auth}}${keys}`));
  return faultsOf({ "federation.yaml": top, "sites/a.yaml": site });
}

test("people of the federation as accounts of the machine", () => {
  expect(ofPeople("accounts: {ann@one.example: ann}", ", admins: [ann], allow: {users: [ann]}")).toEqual([]);
  expect(ofPeople("link: {}", ", admins: [bo], allow: {unixGroups: [pangeo]}")).toEqual([]);
  expect(ofPeople("accounts: {ann@one.example: ann, bo@one.example: root}", ", admins: [an]")).toEqual([
    "sites/a.yaml:9:127 unix-sign-in hubs.prod.auth.accounts.bo@one.example: no job runs as root",
    "sites/a.yaml:9:144 unix-sign-in hubs.prod.admins[0]: nobody signs in as this account: auth.accounts does not name it",
  ]);
  expect(ofPeople("minimumUid: 500")).toEqual([
    expect.stringContaining("hubs.prod.auth: nobody has an account here") as string,
  ]);
});

test("institutions that vouch for nobody, people in place of accounts, and a federation that signs nobody in", () => {
  expect(ofPeople("accounts: {ann@oen.example: ann}", ", allow: {users: [ann@one.example]}")).toEqual([
    "sites/a.yaml:9:89 vouching hubs.prod.auth.accounts.ann@oen.example: no such institution may vouch",
    "sites/a.yaml:9:129 vouching hubs.prod.allow.users[0]: people sign in as accounts of the machine here, so no institution vouches for this person",
  ]);
  expect(ofPeople("link: {}", "", federationYaml)).toEqual([
    "sites/a.yaml:9:28 federation-sign-in hubs.prod.auth: people sign in through the federation here, and it has no `identity`",
  ]);
  expect(onMachine(", auth: {kind: federation, secretFile: /etc/secret, link: {}}")).toContain(
    "sites/a.yaml:7:41 unix-sign-in hubs.prod.auth.kind: notebooks here are processes of one user, whoever signs in",
  );
});
