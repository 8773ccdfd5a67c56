import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gkeAllocatable } from "../../../config/machines/allocatable";
import { googleMachine, googleMachines, googleNodeSize, googleTypeHint } from "../../../config/machines/google";

const GI = 2 ** 30;
const MI = 2 ** 20;

function table(name: string): string[][] {
  const text = readFileSync(join(__dirname, name), "utf8");
  return text.split("\n").flatMap((line) => (line === "" || line.startsWith("#") ? [] : [line.split(" ")]));
}

const published = table("google-published.txt").map(([type, price]) => [type as string, Number(price)] as const);

/** Families with types that the table leaves out. */
const unpublished = (type: string) => /^(?:n4|g2)-|^e2-(?:micro|small|medium)$/.test(type);

test("every type that is published of these families is known, and no other", () => {
  const types = googleMachines.map(({ type }) => type);
  expect(new Set(types).size).toBe(types.length);
  expect(types.filter((type) => !unpublished(type)).toSorted()).toEqual(published.map(([type]) => type).toSorted());
  expect(types.length).toBeGreaterThan(200);
});

/** The table counts c3d-highcpu at 2 GiB a vCPU, some of which have 1 GiB less of 60. */
test("a machine costs what its vCPUs, memory and GPUs cost: prices as published prove all three", () => {
  const wrong = published.flatMap(([type, price]) => {
    const machine = googleMachine(type);
    const off = machine ? Math.abs(machine.price / price - 1) : 1;
    return off < (type.startsWith("c3d-highcpu") ? 0.004 : 0.0015) ? [] : [`${type} ${price} ${machine?.price}`];
  });
  expect(wrong).toEqual([]);
});

test("a machine by its type", () => {
  expect(googleMachine("n2-highmem-4")).toMatchObject({ family: "n2", vcpu: 4, memoryBytes: 32 * GI, gpus: 0 });
  expect(googleMachine("n1-standard-8")).toMatchObject({ vcpu: 8, memoryBytes: 30 * GI, sharedCore: false });
  expect(googleMachine("n2-highmem-128")).toMatchObject({ memoryBytes: 864 * GI });
  expect(googleMachine("c3d-highcpu-30")).toMatchObject({ memoryBytes: 59 * GI });
  expect(googleMachine("n4-standard-8")).toMatchObject({ hyperdisk: true, volumes: 15 });
  expect(googleMachine("n4-standard-16")).toMatchObject({ hyperdisk: true, volumes: 31 });
  expect(googleMachine("e2-medium")).toMatchObject({ sharedCore: true, volumes: 15, price: 0.03351 });
  expect(googleMachine("n2-highmem-5")).toBeUndefined();
  expect(googleMachine("constructor")).toBeUndefined();
  expect(googleNodeSize("n2-highmem-5")).toBeUndefined();
});

test("GPUs that are part of a machine have a name, other machines have none", () => {
  for (const m of googleMachines) expect([m.type, m.gpu !== undefined]).toEqual([m.type, m.gpus > 0]);
  expect(googleMachine("g2-standard-24")).toMatchObject({ gpus: 2, gpu: "nvidia-l4", price: 2.00078 });
  expect(googleMachine("a2-ultragpu-1g")).toMatchObject({ gpus: 1, gpu: "nvidia-a100-80gb" });
});

test.each([
  ["n2-highmem-6", /^of n2-highmem there are n2-highmem-2, n2-highmem-4/],
  ["n2-higmem-4", 'did you mean "n2-highmem-4"?'],
  ["N2-standard-4", 'did you mean "n2-standard-4"?'],
  ["t2d-highmem-4", /t2d-standard-4/],
  ["r5.large", /^families known here: n1, n2, n2d, n4, e2, t2d, c2, c2d, c3, c3d, g2, a2$/],
])("a hint for %s", (type, hint) => {
  expect(googleTypeHint(type)).toMatch(hint);
});

/**
 * Nodes as `kubectl get node` showed them on clusters of 2i2c, the lowest of several (https://github.com/2i2c-org/infrastructure 9ad7cd0,
 * src/deployer/dev/commands/generate/resource_allocation, instance_capacities.yaml and, for n2-standard and n4,
 * node-capacity-info.json): cores and GiB that pods may have.
 */
const measured: readonly [machine: string, cores: number, allocatable: number][] = [
  ["n1-standard-2", 1.93, 5.479],
  ["n1-standard-8", 7.91, 25.885],
  ["n1-standard-16", 15.89, 53.567],
  ["n1-standard-32", 31.85, 109.027],
  ["n1-standard-64", 63.77, 224.448],
  ["n2-highmem-2", 1.93, 12.968],
  ["n2-highmem-4", 3.92, 27.734],
  ["n2-highmem-8", 7.91, 57.27],
  ["n2-highmem-16", 15.89, 116.539],
  ["n2-highmem-32", 31.85, 240.079],
  ["n2-standard-16", 15.89, 57.258],
  ["n2-standard-64", 63.77, 240.058],
  ["n4-standard-16", 15.89, 57.258],
];

test.each(measured)("GKE, %s: never more than was measured, and less than 0.4 GiB below it", (type, cores, most) => {
  const size = googleNodeSize(type);
  if (!size) throw new Error(type);
  expect(size.cores).toBeCloseTo(cores, 2);
  expect(size.memoryBytes / GI).toBeLessThanOrEqual(most);
  expect(size.memoryBytes / GI).toBeGreaterThan(most - 0.4);
});

test("machines that share cores keep 1.06 of two, and below 1 GiB 255 MiB", () => {
  expect(googleNodeSize("e2-medium")?.cores).toBeCloseTo(0.94, 2);
  expect(googleNodeSize("e2-micro")?.memoryBytes).toBe(gkeAllocatable(2, GI, true).memoryBytes);
  expect((googleNodeSize("e2-micro")?.memoryBytes ?? 0) / MI).toBeCloseTo(1024 - 16 - 16 - 8 - 1.792 - 72 - 355, 0);
});
