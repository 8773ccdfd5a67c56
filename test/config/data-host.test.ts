import { expect, test } from "vitest";
import { clusterFederation } from "./cluster-site";
import { store } from "./federation-of";

const dataset = "{title: Sst, kind: zarr, license: CC0-1.0, bucket: open, path: ocean/sst}";
const pod = store(
  "pod",
  `servedBy: alps\nlake: {buckets: {open: {purpose: library, public: true, existing: open}}}\ndatasets: {sst: ${dataset}}\n`,
);

test("what a site on Kubernetes serves for a store is linked at its data's host, as its own is", () => {
  const { sites } = clusterFederation({ "sites/pod.yaml": pod });
  const links = sites.flatMap((site) => site.datasets).flatMap(({ https }) => https ?? []);
  expect(links).toContain("https://data.alps.pangeo.example/zarr/sst.zarr");
  expect(new Set(links.map((link) => new URL(link).host))).toEqual(new Set(["data.alps.pangeo.example"]));
});
