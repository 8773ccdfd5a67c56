import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  awsMachine,
  awsMachines,
  awsMaxPods,
  awsNodeSize,
  awsNodeSizeOf,
  awsTypeHint,
} from "../../../config/machines/aws";

const MI = 2 ** 20;
const GI = 2 ** 30;

function table(name: string): string[][] {
  const text = readFileSync(join(__dirname, name), "utf8");
  return text.split("\n").flatMap((line) => (line === "" || line.startsWith("#") ? [] : [line.split(" ")]));
}

const published = table("aws-published.txt");

/** What the EBS CSI driver counts with all interfaces in use: one disk is the node's own, and so is the first interface. */
function volumes(most: number, kind: string, interfaces: number): number {
  return most - 1 - (kind === "shared" ? interfaces - 1 : 0);
}

test("every type that is published of these families is known, and no other", () => {
  const types = awsMachines.map(({ type }) => type);
  expect(new Set(types).size).toBe(types.length);
  expect(types.toSorted()).toEqual(published.map(([type]) => type).toSorted());
  expect(types.length).toBeGreaterThan(400);
});

test("facts are as published", () => {
  const expected = published.map(([type, architecture, ...rest]) => {
    const [vcpu, mib, interfaces, addresses, most] = rest.slice(0, 5).map(Number) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const [kind, price, gpus, gpuMib] = rest.slice(5) as [string, string, string, string];
    return [
      ...[type, architecture, vcpu, mib, interfaces, addresses, volumes(most, kind, interfaces)],
      ...[Number(price), Number(gpus), Number(gpuMib)],
    ].join(" ");
  });
  const known = awsMachines.map((m) =>
    [
      ...[m.type, m.architecture, m.vcpu, m.memoryBytes / MI, m.interfaces, m.addresses, m.volumes, m.price, m.gpus],
      (m.gpu?.memoryBytes ?? 0) / MI,
    ].join(" "),
  );
  expect(known.toSorted()).toEqual(expected.toSorted());
});

/** GiB by vCPU differs within these. */
const uneven = ["t3", "t3a", "t4g", "g7e", "p5"];

test("a family has one ratio of memory to vCPUs, and price grows with size where there are no GPUs", () => {
  for (const family of new Set(awsMachines.map((machine) => machine.family))) {
    const machines = awsMachines.filter((machine) => machine.family === family);
    const ratios = new Set(machines.map((m) => m.memoryBytes / m.vcpu));
    expect([family, ratios.size > 1]).toEqual([family, uneven.includes(family)]);
    for (const m of machines)
      expect([m.type, m.vcpu > 0, m.price > 0, m.volumes > 0]).toEqual([m.type, true, true, true]);
    const prices = machines.map((m) => m.price);
    if (machines.every((m) => m.gpus === 0)) expect(prices).toEqual(prices.toSorted((a, b) => a - b));
  }
});

test("GPUs have a name, other machines have none", () => {
  for (const m of awsMachines) expect([m.type, m.gpu !== undefined]).toEqual([m.type, m.gpus > 0]);
  expect(awsMachine("g4dn.12xlarge")).toMatchObject({ gpus: 4, gpu: { name: "NVIDIA T4", memoryBytes: 16 * GI } });
});

test("a machine by its type", () => {
  expect(awsMachine("m7i.xlarge")).toMatchObject({
    family: "m7i",
    architecture: "amd64",
    vcpu: 4,
    memoryBytes: 16 * GI,
  });
  expect(awsMachine("r8g.medium")).toMatchObject({ architecture: "arm64", vcpu: 1, memoryBytes: 8 * GI });
  expect(awsMachine("m7i.10xlarge")).toBeUndefined();
  expect(awsMachine("constructor")).toBeUndefined();
  expect(awsNodeSize("m7i.10xlarge")).toBeUndefined();
});

test.each([
  ["r5.lagre", 'did you mean "r5.large"?'],
  ["m5large", 'did you mean "m5.large"?'],
  ["M6I.xlarge", 'did you mean "m6i.xlarge"?'],
  ["p5.metal", "of p5 there are p5.4xlarge, p5.48xlarge"],
  ["n2-highmem-4", /^families known here: m5, m5n, r5, .*, x2iedn$/],
])("a hint for %s", (type, hint) => {
  expect(awsTypeHint(type)).toMatch(hint);
});

test.each([
  ["t3.medium", 17, 110],
  ["m5.large", 29, 110],
  ["r5.xlarge", 58, 110],
  ["r5.4xlarge", 110, 110],
  ["m5.8xlarge", 234, 250],
  ["r5.16xlarge", 250, 250],
  ["g4dn.xlarge", 29, 110],
  ["m8i.large", 59, 110],
  ["p5.48xlarge", 100, 250],
  ["m7a.medium", 8, 98],
] as const)("%s takes %d pods, and with prefixes %d", (type, plain, prefixes) => {
  const machine = awsMachine(type);
  if (!machine) throw new Error(type);
  expect(awsMaxPods(machine, { prefixDelegation: false })).toBe(plain);
  expect(awsMaxPods(machine, { prefixDelegation: true })).toBe(prefixes);
});

const measured = table("aws-measured.txt").map(([type, mib]) => [type as string, Number(mib)] as const);

/** How much of a machine's memory is counted off at the most without need: AMD's and Graviton's large machines keep less. */
const slack = { gib: 0.5, part: 0.014 };

test("no machine has more memory than it was seen to have, and none much less", () => {
  expect(measured.length).toBeGreaterThan(200);
  const wrong = measured.flatMap(([type, mib]) => {
    const machine = awsMachine(type);
    if (!machine) return [type];
    const gib = machine.memoryBytes / GI;
    const over = machine.unseen.part * gib + machine.unseen.gib - mib / 1024;
    return over < 0 || over > slack.gib + slack.part * gib ? [`${type} ${over.toFixed(2)}`] : [];
  });
  expect(wrong).toEqual([]);
});

test("a node's size is that of its machine, however many pods a group allows on it", () => {
  const machine = awsMachine("r5.16xlarge");
  if (!machine) throw new Error("r5.16xlarge");
  expect(awsNodeSizeOf(machine)).toEqual(awsNodeSize("r5.16xlarge"));
});
