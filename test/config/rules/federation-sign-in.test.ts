import { expect, test } from "vitest";
import { clusterYaml, mainHome, ofCluster, ofHub, userPool } from "../federation-of";

const without = clusterYaml.replace(/identity:\n(?: .*\n)+/, "");
const hub = (keys: string) => ofCluster(`${mainHome}hubs: {prod: {${keys}}}\n`, userPool, without);

test("a hub of the federation's people, and nobody says who they are", () => {
  expect(hub("")).toMatchObject([
    {
      code: "federation-sign-in",
      line: 9,
      message: "people sign in through the federation here, and it has no `identity`",
      fix: "write `identity` in the federation file, or another `auth` for the hub",
    },
  ]);
});

test("another sign-in, or an identity", () => {
  expect(hub("auth: {kind: github, client: {id: c, secret: {env: S}}}, allow: {users: [ann]}")).toEqual([]);
  expect(ofHub("")).toEqual([]);
});
