import { expect, test } from "vitest";
import { faultsOf, hpc, slurm } from "../federation-of";

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
