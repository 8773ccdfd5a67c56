import { expect, test } from "vitest";
import type { Fault } from "../../../config/faults";
import { federationYaml, hpc, load, plain } from "../federation-of";

const identity = (members: string) => `identity:
  kind: cilogon
  client: {id: c, secret: {env: S}}
  idps: {one.example: {entity: e, claim: eppn}, two.example: {entity: f, claim: eppn}}
  groups: {snow: {claim: g, value: v}}
${members}`;

/** Faults of this rule alone: what is not public has no readers yet, and another rule says so. */
function faults(access: string, top = "", others: Record<string, string> = {}): Fault[] {
  const rest = `lake: {buckets: {l: {purpose: library}}}\ndatasets: {d: {${plain}, bucket: l, path: p, access: ${access}}}\n`;
  const files = { "federation.yaml": federationYaml + top, "sites/a.yaml": hpc("a", 9000, rest), ...others };
  return load(files).faults.filter((f) => f.code === "access-members");
}

test("the federation's people, without members or without identity", () => {
  const fault = {
    file: "sites/a.yaml",
    line: 8,
    path: "datasets.d.access",
    message: "nothing says who the federation's members are",
    fix: "list their institutions under identity.members.idps in the federation file",
  };
  expect(faults("federation")).toMatchObject([fault]);
  expect(faults("federation", identity(""))).toMatchObject([fault]);
  expect(faults("federation", identity("  members: {idps: [one.example]}\n"))).toEqual([]);
});

test("members that may not vouch", () => {
  expect(faults("public", identity("  members: {idps: [one.example, tow.example]}\n"))).toMatchObject([
    {
      file: "federation.yaml",
      line: 16,
      path: "identity.members.idps[1]",
      message: "the federation has no such institution",
      got: "tow.example",
      allowed: "one.example, two.example",
      fix: 'did you mean "two.example"?',
    },
  ]);
});

test("sites and groups that are not there", () => {
  expect(faults("{sites: [a, bb], groups: [snow, rain]}", identity(""))).toMatchObject([
    { path: "datasets.d.access.sites[1]", message: "the federation has no such site", got: "bb", allowed: "a" },
    {
      path: "datasets.d.access.groups[1]",
      message: "the federation has no such group in identity.groups",
      got: "rain",
      allowed: "snow",
    },
  ]);
  expect(faults("{groups: [snow]}")).toMatchObject([{ allowed: "nothing (none is defined)" }]);
  expect(faults("{sites: [a], groups: [snow]}", identity(""))).toEqual([]);
});

test("a site whose own file is wrong is there all the same", () => {
  expect(
    faults("{sites: [b, c]}", "", {
      "sites/b.yaml": hpc("b", 9100, "oops: 1\n"),
      "sites/c.yaml": `${hpc("c", 9200)}\t- tab\n`,
    }),
  ).toEqual([]);
});

test("nobody", () => {
  expect(faults("{}")).toMatchObject([{ message: "it names nobody", allowed: "sites, groups, or both" }]);
});
