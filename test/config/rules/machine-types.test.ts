import { expect, test } from "vitest";
import { eks, ofEks, ofGke } from "../federation-of";

const machines = (types: string, rest = "") =>
  ofEks(eks("a").replace("machines: [r7i.xlarge]", `machines: [${types}]${rest}`));

test("a machine of which nothing is known, and machines of several sizes", () => {
  expect(machines("r7i.3xlarge")).toEqual([
    expect.stringContaining("machine-types cluster.pools.user.machines: no facts of r7i.3xlarge are known here"),
  ]);
  expect(machines("r7i.xlarge, r7i.2xlarge")).toEqual([
    expect.stringContaining("machine-types cluster.pools.user.machines: r7i.2xlarge: not of the size and architecture"),
  ]);
  expect(machines("r7i.xlarge, r7g.xlarge").join(), "images of one architecture run on one").toContain("machine-types");
});

test("equal machines, or one whose size is written", () => {
  expect(machines("r7i.xlarge, r6i.xlarge, r5.xlarge")).toEqual([]);
  expect(machines("r99i.xlarge", ", vcpu: 4, memory: 32Gi")).toEqual([]);
});

test("on Google Cloud: machines that nobody knows, of several sizes, and GPUs where there can be none", () => {
  expect(ofGke({ machines: "n2-highmem-6" })).toEqual([
    expect.stringContaining("machine-types cluster.pools.user.machines: no facts of n2-highmem-6 are known here"),
  ]);
  expect(ofGke({ machines: "n2-highmem-4, n2-highmem-8" })).toEqual([
    expect.stringContaining("machine-types cluster.pools.user.machines: n2-highmem-8: not of the size"),
  ]);
  const t4 = ", gpu: nvidia-tesla-t4";
  expect(ofGke({ pool: t4 })).toEqual([
    expect.stringContaining("machine-types cluster.pools.user.gpu: GPUs are put into machines of n1 alone"),
  ]);
  expect(ofGke({ pool: ", gpuShares: 2" })).toEqual([
    expect.stringContaining("machine-types cluster.pools.user.gpuShares: n2-highmem-4 has no GPUs"),
  ]);
  expect(ofGke({ machines: "n1-highmem-8", pool: `${t4}, gpus: 3` })).toEqual([
    expect.stringContaining("machine-types cluster.pools.user.gpus: a machine has no 3 of NVIDIA T4"),
  ]);
  expect(ofGke({ machines: "n1-highmem-8", pool: `${t4}, gpus: 2, gpuShares: 4` })).toEqual([]);
  expect(ofGke({ machines: "g2-standard-8", pool: ", gpuShares: 4, gpuDriver: latest" })).toEqual([]);
  expect(ofGke({ machines: "n9-highmem-8", pool: ", vcpu: 8, memory: 64Gi" })).toEqual([]);
  expect(ofGke({ machines: "n2-highmem-4, n2d-highmem-4" })).toEqual([]);
});
