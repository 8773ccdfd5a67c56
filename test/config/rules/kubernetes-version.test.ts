import { expect, test } from "vitest";
import { eks, ofEks, ofGke } from "../federation-of";

test("a version that EKS supports no more, or that is not known", () => {
  for (const version of ["1.29", "1.99"])
    expect(ofEks(eks("a", { keys: `kubernetes: "${version}"` }))).toEqual([
      expect.stringContaining("kubernetes-version cluster.kubernetes: no add-ons are known here"),
    ]);
});

test("a known one, or none said", () => {
  expect(ofEks(eks("a", { keys: 'kubernetes: "1.35"' }))).toEqual([]);
  expect(ofEks(eks("a"))).toEqual([]);
});

test("on Google Cloud: a version that no channel offers, one that some does, and whole versions", () => {
  expect(ofGke({ keys: 'kubernetes: "1.30"' })).toEqual([
    expect.stringContaining("kubernetes-version cluster.kubernetes: no channel of GKE is known here"),
  ]);
  expect(ofGke({ keys: 'kubernetes: "1.35"' })).toEqual([]);
  expect(ofGke({ keys: 'kubernetes: "1.35.8-gke.1036000"\n  channel: none' })).toEqual([]);
});
