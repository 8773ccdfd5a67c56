import { expect, test } from "vitest";
import { hpc, load, ofHub } from "../federation-of";

const hub = (defaultProfile: string) =>
  load({ "sites/a.yaml": hpc("a", 9000, `hubs: {prod: {ports: 9010, defaultProfile: ${defaultProfile}}}\n`) }).faults;

test("a profile that is not there", () => {
  expect(hub("smal")).toMatchObject([
    {
      code: "default-profile",
      line: 7,
      col: 44,
      path: "hubs.prod.defaultProfile",
      message: "the hub has no such profile",
      got: "smal",
      allowed: "small",
      fix: 'did you mean "small"?',
    },
  ]);
  expect(hub("large")).toMatchObject([{ fix: "name one of the hub's profiles" }]);
});

test("one that is", () => {
  expect(hub("small")).toEqual([]);
});

test("an inherited name is wrong once, where it stands", () => {
  const faults = load({
    "federation.yaml":
      "format: 1\nfederation: f\ntitle: F\ncontact: a@b.example\ndefaults:\n  hub:\n    allow: everyone\n    defaultProfile: x\nsites: [s/*]\n",
    "s/a.yaml": hpc(
      "a",
      9000,
      "hubs:\n  p: {ports: 9010, profiles: {s: {title: S, cores: 1, memory: 1Gi}}}\n  q: {ports: 9020, profiles: {s: {title: S, cores: 1, memory: 1Gi}}}\n",
    ),
  }).faults;
  expect(faults).toMatchObject([{ file: "federation.yaml", line: 8, path: "defaults.hub.defaultProfile" }]);
});

test("one that not all of the hub may take", () => {
  expect(ofHub("profiles: {small: {allow: {groups: [snow]}}}")).toMatchObject([
    {
      code: "default-profile",
      line: 9,
      path: "hubs.prod.profiles.small.allow",
      message: "this is the default profile, and not all of the hub may take it",
      fix: "remove it, or make another profile the default",
    },
  ]);
  const big = 'big: {title: B, image: "quay.io/pangeo/pangeo-notebook:1", allow: {groups: [snow]}}';
  expect(ofHub(`profiles: {${big}}`)).toEqual([]);
});

test("two defaults cannot be written", () => {
  const two = ofHub("profiles: {small: {default: true}}");
  expect(two).toMatchObject([{ code: "schema", path: "hubs.prod.profiles.small.default" }]);
  expect(ofHub("defaultProfile: [small, small]")).toMatchObject([{ code: "schema", path: "hubs.prod.defaultProfile" }]);
});
