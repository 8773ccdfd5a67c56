import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Finding, hardeningRules, unhardened } from "../aws/hardening";
import { type Resource, resourcesOf } from "../aws/policies";
import { waivers } from "../aws/waivers";
import { exampleStacks } from "./synth-example";

let folder: string;
let stacks: ReadonlyMap<string, Map<string, Resource>>;
let found: Finding[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-hardening-"));
  const federations = [
    "config/federations/clouds",
    "config/federations/lakes",
    "config/federations/networks",
    "test/fuzz/examples/eks",
  ];
  const of = federations.flatMap((federation) => [...exampleStacks(folder, federation)]);
  stacks = new Map(of.map(([name, json], i) => [`${name}${i}`, resourcesOf(json)]));
  found = of.flatMap(([name, json]) => unhardened(name, resourcesOf(json)));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("what a scanner would rank high holds, or is waived with its reason", () => {
  const waived = ({ id, where }: Finding) => waivers.some((waiver) => waiver.id === id && waiver.where.test(where));
  expect(found.filter((finding) => !waived(finding))).toEqual([]);
});

test("every waiver waives something, and says why", () => {
  for (const { id, where, reason } of waivers) {
    expect(
      found.some((finding) => finding.id === id && where.test(finding.where)),
      id,
    ).toBe(true);
    expect(reason.length, id).toBeGreaterThan(20);
  }
});

test("every rule is asked of something, and would find what it is for", () => {
  for (const { id, type, broken, holds } of hardeningRules) {
    const asked = [...stacks.values()].flatMap((all) =>
      [...all].flatMap(([address, resource]) => (address.startsWith(`${type}.`) ? [{ all, address, resource }] : [])),
    );
    expect(asked.length, id).toBeGreaterThan(0);
    const [one] = asked;
    if (!one) continue;
    const worse = { ...one.resource, ...broken };
    // What is said by other resources does not hold where those are not.
    const alone = broken ? one.all : new Map([[one.address, one.resource]]);
    expect(holds(worse, alone, one.address), id).toBe(false);
  }
});

test("nobody has a key: there are no users of IAM, and no access keys", () => {
  for (const all of stacks.values())
    for (const address of all.keys()) expect(address).not.toMatch(/^aws_iam_(?:user|access_key|group)/);
});

test("disks that pods ask for are encrypted", () => {
  const classes = [...stacks.values()].flatMap((all) =>
    [...all].flatMap(([, { values }]) =>
      JSON.stringify(values ?? "").includes("ebs.csi.aws.com") ? [JSON.stringify(values)] : [],
    ),
  );
  expect(classes.length).toBeGreaterThan(0);
  for (const values of classes) expect(values).toMatch(/encrypted\W+true/);
});
