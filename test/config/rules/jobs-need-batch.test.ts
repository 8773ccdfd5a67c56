import { expect, test } from "vitest";
import { faultsOf, hpc, slurm } from "../federation-of";

const hubs = `hubs:
  prod:
    ports: 9010
    profiles: {small: {title: S, cores: 1, memory: 2Gi, partition: short}}
    dask: {walltime: "01:00:00"}
`;
const message = "only jobs of a batch system have this, and here notebooks and workers are processes";

test("keys of jobs where nothing is a job", () => {
  expect(faultsOf({ "sites/a.yaml": hpc("a", 9000, `network: {hubAddress: x}\n${hubs}`) })).toEqual([
    `sites/a.yaml:7:1 jobs-need-batch network: ${message}`,
    `sites/a.yaml:11:57 jobs-need-batch hubs.prod.profiles.small.partition: ${message}`,
    `sites/a.yaml:12:12 jobs-need-batch hubs.prod.dask.walltime: ${message}`,
  ]);
});

test("keys of jobs with Slurm", () => {
  expect(faultsOf({ "sites/a.yaml": slurm("a", 9000, hubs) })).toEqual([]);
});
