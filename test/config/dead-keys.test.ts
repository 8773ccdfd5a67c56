import { expect, test } from "vitest";
import { kubernetesSite } from "../../config/schema/kubernetes-site";
import { askedExample, type Leaf, leaves } from "../fuzz/dead-keys";

const cluster = askedExample("cluster", kubernetesSite);

test("D5, D12: no key of a site on Kubernetes is accepted and means nothing", () => {
  const { keys, of } = cluster.dead();
  expect(keys).toEqual([]);
  expect(of.size).toBeGreaterThan(100);
  expect(of).toContain("site.hubs.*.dask.limits.hub.cores");
});

test("a key that nothing reads would be found", () => {
  const site = cluster.sites.get("plain") ?? {};
  const domain = leaves(kubernetesSite, site, "site", []).find(({ key }) => key === "site.domain") as Leaf;
  const blind = (changed: unknown) => cluster.seen({ ...(changed as object), domain: "one.example" });
  expect(cluster.alive(site, domain)).toBe(true);
  expect(cluster.alive(site, domain, blind)).toBe(false);
});
