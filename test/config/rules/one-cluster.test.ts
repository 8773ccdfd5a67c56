import { expect, test } from "vitest";
import { clusterYaml, faultsOf, kubernetes } from "../federation-of";

const sites = (context: string) => ({
  "federation.yaml": clusterYaml,
  "sites/one.yaml": kubernetes("one"),
  "sites/two.yaml": kubernetes("two").replace(/context: [a-z]+/, `context: ${context}`),
});

test("two sites on one cluster", () => {
  expect(faultsOf(sites("one"))).toEqual([
    expect.stringMatching(
      /^sites\/two\.yaml:\d+:\d+ one-cluster kubeconfig\.context: this is the cluster of site one$/,
    ),
  ]);
});

test("two sites on clusters of their own", () => {
  expect(faultsOf(sites("other"))).toEqual([]);
});
