import { expect, test } from "vitest";
import { allocatableOf, eksAllocatable } from "../../../config/machines/allocatable";
import { awsMachine, awsNodeSize } from "../../../config/machines/aws";
import { resolveExistingPool } from "../../../config/resolve/pools";

const GI = 2 ** 30;

/**
 * Nodes as `kubectl get node` showed them on clusters of 2i2c, the lowest of several (https://github.com/2i2c-org/infrastructure 9ad7cd0,
 * src/deployer/dev/commands/generate/resource_allocation/instance_capacities.yaml): cores and GiB that pods may have.
 */
const eks: readonly [machine: string, cores: number, allocatable: number][] = [
  ["m5.large", 1.93, 6.803],
  ["m5.xlarge", 3.92, 14.202],
  ["g4dn.xlarge", 3.92, 14.666],
  ["g4dn.2xlarge", 7.91, 30.227],
  ["r5.xlarge", 3.92, 29.916],
  ["r5.2xlarge", 7.91, 61.041],
  ["r5.4xlarge", 15.89, 121.492],
  ["r5.16xlarge", 63.77, 490.108],
  ["r7i.xlarge", 3.92, 29.847],
  ["r7i.4xlarge", 15.89, 120.93],
];

test.each(eks)("EKS, %s: never more than was measured, and less than 0.3 GiB below it", (type, cores, measured) => {
  const size = awsNodeSize(type);
  if (!size) throw new Error(type);
  expect(size.cores).toBeCloseTo(cores, 2);
  expect(size.memoryBytes / GI).toBeLessThanOrEqual(measured);
  expect(size.memoryBytes / GI).toBeGreaterThan(measured - 0.3);
});

test.each(eks)(
  "EKS, %s, with no word of its type: no more than was measured, and at most 2 % less",
  (type, _, measured) => {
    const machine = awsMachine(type);
    if (!machine) throw new Error(type);
    const addresses = machine.interfaces * (machine.addresses - 1) + 2;
    const size = eksAllocatable(machine.vcpu, machine.memoryBytes, addresses);
    expect(size.memoryBytes / GI).toBeLessThanOrEqual(measured);
    expect(size.memoryBytes / GI).toBeGreaterThan(measured * 0.98);
  },
);

test.each(eks)(
  "EKS, %s, of a cluster that exists: no more than was measured, and at most 8 % less",
  (type, _, measured) => {
    const machine = awsMachine(type);
    if (!machine) throw new Error(type);
    const pods = Math.min(110, machine.interfaces * (machine.addresses - 1) + 2);
    const { allocatable } = resolveExistingPool("user", {
      ...{ for: "user", select: { role: "user" }, maxNodes: 10, reserve: "eks", pods },
      ...{ vcpu: machine.vcpu, memory: `${machine.memoryBytes / GI}Gi` },
    });
    expect(allocatable.memoryBytes / GI).toBeLessThanOrEqual(measured);
    expect(allocatable.memoryBytes / GI).toBeGreaterThan(measured * 0.92);
  },
);

/** The same for GKE, from the memory that the node itself shows. */
const gke: readonly [machine: string, vcpu: number, memory: number, cores: number, allocatable: number][] = [
  ["n1-standard-2", 2, 7.276, 1.93, 5.483],
  ["n2-highmem-4", 4, 31.357, 3.92, 27.738],
  ["n2-highmem-8", 8, 62.809, 7.91, 57.27],
  ["n2-highmem-16", 16, 125.807, 15.89, 116.549],
  ["n2-highmem-32", 32, 251.897, 31.85, 240.079],
];

test.each(gke)("GKE, %s: within 0.1 GiB", (_, vcpu, memory, cores, measured) => {
  const size = allocatableOf(vcpu, memory * GI);
  expect(size.cores).toBeCloseTo(cores, 2);
  expect(Math.abs(size.memoryBytes / GI - measured)).toBeLessThan(0.1);
});
