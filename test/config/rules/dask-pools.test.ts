import { expect, test } from "vitest";
import { clusterYaml, daskPool, mainHome, ofCluster, ofHub, userPool } from "../federation-of";

const cap = "limits: {hub: {cores: 400}}";

test("a hub that asks for Dask, and no pool for its workers", () => {
  expect(ofHub(`dask: {${cap}}`)).toMatchObject([
    {
      code: "dask-pools",
      line: 9,
      col: 15,
      path: "hubs.prod.dask",
      message: "the site has no pool for Dask workers",
      fix: "name the nodes of a pool with for: dask, or write dask: none",
    },
  ]);
  expect(ofHub("dask: {}")).toMatchObject([{ code: "dask-pools" }]);
});

test("a template that asks for it", () => {
  const top = `${clusterYaml}templates: {big: {dask: {${cap}}}}\n`;
  expect(ofCluster(`${mainHome}hubs: {prod: {use: big}}\n`, userPool, top)).toMatchObject([
    { code: "dask-pools", file: "federation.yaml", line: 17, path: "templates.big.dask" },
  ]);
});

test("defaults, which say how Dask is where there is some", () => {
  const top = clusterYaml.replace("sites:", `    dask: {${cap}}\nsites:`);
  expect(ofCluster(`${mainHome}hubs: {prod: {}}\n`, userPool, top)).toEqual([]);
  expect(ofCluster(`${mainHome}hubs: {prod: {dask: {idleMinutes: 5}}}\n`, userPool, top)).toMatchObject([
    { code: "dask-pools", path: "hubs.prod.dask" },
  ]);
});

test("a pool for them, or none wanted", () => {
  expect(ofHub(`dask: {${cap}}`, `${userPool}, ${daskPool}`)).toEqual([]);
  expect(ofHub("dask: none")).toEqual([]);
});
