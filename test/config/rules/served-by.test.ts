import { expect, test } from "vitest";
import { aws, hpc, load, store } from "../federation-of";

const pod = (servedBy: string) => store("pod", `servedBy: ${servedBy}\nlake: {buckets: {}}\ndatasets: {}\n`);
const faults = (servedBy: string, others: Record<string, string>) =>
  load({ "sites/pod.yaml": pod(servedBy), ...others }).faults;
const east = { "sites/east.yaml": hpc("east", 9000) };

test("a site that is not there", () => {
  expect(faults("eats", east)).toMatchObject([
    {
      code: "served-by",
      file: "sites/pod.yaml",
      line: 6,
      col: 11,
      path: "servedBy",
      message: "the federation has no such site",
      got: "eats",
      allowed: "east",
      fix: 'did you mean "east"?',
    },
  ]);
});

test("itself, another store, a site without a gateway", () => {
  expect(faults("pod", east)).toMatchObject([
    { message: "this site has no Zarr gateway: it is a store", allowed: "east" },
  ]);
  expect(
    faults("pod2", { "sites/p.yaml": pod("pod").replace("servedBy: pod\n", "").replace("pod", "pod2") }),
  ).toMatchObject([{ message: "this site has no Zarr gateway: it is a store", allowed: "nothing (none is defined)" }]);
  expect(faults("east", { "sites/east.yaml": hpc("east", 9000, "zarrGateway: none\n") })).toMatchObject([
    {
      message: "this site has no Zarr gateway (zarrGateway: none)",
      fix: "name a site that has a gateway, or remove it: the catalog then links the store itself",
    },
  ]);
  expect(faults("east", { "sites/east.yaml": aws("east") })).toMatchObject([
    { message: "this site has no Zarr gateway: it is a lake alone" },
  ]);
});

test("a lake on AWS names one like a store does", () => {
  const lake = (servedBy: string) => ({ "sites/lake.yaml": aws("lake", `servedBy: ${servedBy}\n`), ...east });
  expect(load(lake("east")).faults).toEqual([]);
  expect(load(lake("lake")).faults).toMatchObject([{ code: "served-by", path: "servedBy" }]);
});

test("a site with a gateway, also when its own file has faults or is no YAML", () => {
  expect(faults("east", east)).toEqual([]);
  expect(faults("east", { "sites/east.yaml": hpc("east", 9000, "oops: 1\n") })).toMatchObject([{ path: "oops" }]);
  expect(faults("east", { "sites/east.yaml": `${hpc("east", 9000)}\thubs: {}\n` })).toMatchObject([{ code: "yaml" }]);
  expect(faults("east", { "sites/east.yaml": "site: east\nprovider: azure\n" })).toMatchObject([{ path: "provider" }]);
});
