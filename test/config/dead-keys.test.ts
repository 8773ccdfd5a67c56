import { expect, test } from "vitest";
import { kubernetesSite } from "../../config/schema/kubernetes-site";
import { alive, files, type Leaf, leaves, merged, seen } from "../fuzz/dead-keys";

test("D5, D12: no key of a site on Kubernetes is accepted and means nothing", () => {
  const dead = new Map<string, boolean>();
  for (const [name, file] of files) {
    if (!name.startsWith("sites/")) continue;
    const site = merged(file);
    for (const leaf of leaves(kubernetesSite, site, "site", []))
      if (dead.get(leaf.key) !== false) dead.set(leaf.key, !alive(site, leaf));
  }
  expect([...dead].flatMap(([key, is]) => (is ? [key] : []))).toEqual([]);
  expect(dead.size).toBeGreaterThan(100);
  expect(dead.has("site.hubs.*.dask.limits.hub.cores")).toBe(true);
});

test("a key that nothing reads would be found", () => {
  const site = merged(files.get("sites/plain.yaml") as Buffer);
  const domain = leaves(kubernetesSite, site, "site", []).find(({ key }) => key === "site.domain") as Leaf;
  expect(alive(site, domain)).toBe(true);
  expect(alive(site, domain, (changed) => seen({ ...(changed as object), domain: "one.example" }))).toBe(false);
});
