import { expect, test } from "vitest";
import { clusterYaml, daskPool, mainHome, ofCluster, ofHub, userPool } from "../federation-of";

const password = "kind: sharedPassword, password: {env: P}";
const dated = "expires: 2199-01-01";
const pools = `${userPool}, ${daskPool}`;

test("a hub that does not end", () => {
  expect(ofHub(`auth: {${password}}`)).toMatchObject([
    {
      code: "shared-password",
      line: 9,
      path: "hubs.prod.auth",
      message: "a hub with a shared password must end",
      fix: "write expires: DATE",
    },
  ]);
  expect(ofHub(`auth: {${password}}, ${dated}`)).toEqual([]);
});

test("Dask with the caps of everybody", () => {
  const inherited = clusterYaml.replace("sites:", "    dask: {limits: {cluster: {cores: 50}}}\nsites:");
  const hub = (keys: string, top: string) =>
    ofCluster(`${mainHome}hubs: {prod: {auth: {${password}}, ${dated}${keys}}}\n`, pools, top);
  for (const top of [clusterYaml, inherited])
    expect(hub("", top)).toMatchObject([
      {
        path: "hubs.prod.auth",
        message: "Dask for whoever has the password, with the caps of everybody",
        fix: "give the hub dask.limits of its own, or dask: none",
      },
    ]);
  expect(hub(", dask: {limits: {hub: {cores: 400}}}", inherited)).toEqual([]);
  const template = `${clusterYaml}templates: {school: {dask: {limits: {hub: {cores: 400}}}}}\n`;
  expect(hub(", use: school", template)).toEqual([]);
});

test("admins", () => {
  const hub = (auth: string, admins: string) => ofHub(`auth: {${password}${auth}}, ${dated}, admins: [${admins}]`);
  expect(hub("", "teacher")).toMatchObject([
    {
      path: "hubs.prod.admins",
      message: "whoever has the users' password could sign in as one of them",
      fix: "write auth.adminPassword, or remove the admins",
    },
  ]);
  expect(hub(", adminPassword: {env: P}", "teacher")).toMatchObject([
    { path: "hubs.prod.auth.adminPassword.env", message: "this is the users' password too" },
  ]);
  expect(hub(", adminPassword: {env: A}", "")).toMatchObject([
    { path: "hubs.prod.auth.adminPassword", message: "the hub has no admins, so nobody uses it" },
  ]);
  expect(hub(", adminPassword: {env: A}", "teacher")).toEqual([]);
});
