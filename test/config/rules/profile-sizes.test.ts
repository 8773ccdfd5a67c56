import { expect, test } from "vitest";
import { ofHub, userPool } from "../federation-of";

const sizes = (list: string, pools = userPool) => ofHub(`profiles: {small: {sizes: [${list}]}}`, pools);

test("a size that no node holds: the largest that fits is named, and fits", () => {
  expect(sizes("8Gi, 900Gi")).toMatchObject([
    {
      code: "profile-sizes",
      line: 9,
      path: "hubs.prod.profiles.small.sizes[1]",
      message: "no node of a user pool holds a notebook of this size",
      got: "900Gi",
      allowed: "at most 57.83Gi and 7.61 cores (pool user)",
      fix: "lower it, or add a pool of larger nodes",
    },
  ]);
  expect(sizes("{cores: 128, memory: 16Gi}")).toMatchObject([{ line: 9, path: "hubs.prod.profiles.small.sizes[0]" }]);
  expect(sizes("57.83Gi, {cores: 7.61, memory: 57Gi}")).toEqual([]);
});

test("with several pools, the largest of each", () => {
  const big = "big: {for: user, select: {role: big}, vcpu: 32, memory: 256Gi, maxNodes: 2}";
  expect(sizes("900Gi", `${userPool}, ${big}`)).toMatchObject([
    { allowed: "at most 57.83Gi and 7.61 cores (pool user); or at most 243.43Gi and 31.55 cores (pool big)" },
  ]);
  expect(sizes("200Gi", `${userPool}, ${big}`)).toEqual([]);
});

test("one size twice, however it is written", () => {
  expect(sizes("8Gi, 16Gi, 8192Mi")).toMatchObject([
    { path: "hubs.prod.profiles.small.sizes[2]", message: "this size is listed twice", fix: "remove one" },
  ]);
  expect(sizes("8Gi, {cores: 4, memory: 8Gi}")).toEqual([]);
});

test("nodes of which no part is of use", () => {
  const tiny = "user: {for: user, select: {role: user}, vcpu: 1, memory: 2Gi, maxNodes: 9}";
  expect(ofHub("", tiny)).toMatchObject([
    {
      code: "profile-sizes",
      file: "federation.yaml",
      path: "defaults.hub.profiles.small",
      message: "its sizes are parts of the nodes of user, which are too small for a notebook",
    },
  ]);
});
