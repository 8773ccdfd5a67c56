import { expect, test } from "vitest";
import { eks, ofEks } from "../federation-of";

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
