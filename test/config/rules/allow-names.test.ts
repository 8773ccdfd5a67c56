import { expect, test } from "vitest";
import { ofHub } from "../federation-of";

const allow = (lists: string) => ofHub(`allow: {${lists}}`);

test("institutions and groups that the federation does not have", () => {
  expect(allow("idps: [one.example, tow.example], groups: [snwo]")).toMatchObject([
    {
      code: "allow-names",
      line: 9,
      path: "hubs.prod.allow.idps[1]",
      message: "the federation has no such institution",
      got: "tow.example",
      allowed: "one.example, two.example",
      fix: 'did you mean "two.example"?',
    },
    { path: "hubs.prod.allow.groups[0]", message: "the federation has no such group", allowed: "snow" },
  ]);
  expect(allow("idps: [one.example, two.example], groups: [snow]")).toEqual([]);
});

test("addresses that no institution vouches for", () => {
  expect(allow("domains: [gmail.example]")).toMatchObject([
    {
      path: "hubs.prod.allow.domains[0]",
      message: "no institution may vouch for addresses of this domain",
      allowed: "these, and what ends in .NAME of one: one.example, two.example",
    },
  ]);
  expect(allow("domains: [notone.example]")).toHaveLength(1);
  expect(allow("domains: [one.example, students.two.example]")).toEqual([]);
});

test("groups of a profile", () => {
  const gpu = (group: string) =>
    ofHub(`profiles: {big: {title: B, image: "quay.io/pangeo/pangeo-notebook:1", allow: {groups: [${group}]}}}`);
  expect(gpu("snow-ml")).toMatchObject([{ path: "hubs.prod.profiles.big.allow.groups[0]" }]);
  expect(gpu("snow")).toEqual([]);
});
