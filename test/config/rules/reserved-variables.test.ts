import { expect, test } from "vitest";
import { faultsOf, hpc } from "../federation-of";

function setting(name: string): string[] {
  const profiles = `{small: {title: S, cores: 1, memory: 1Gi, environment: {${name}: x}}}`;
  const rest = `lake: {buckets: {scratch: {purpose: scratch}}}\nhubs: {prod: {ports: 9010, profiles: ${profiles}}}\n`;
  return faultsOf({ "sites/a.yaml": hpc("a", 9000, rest) });
}

test("a profile that sets a variable of Isthmus", () => {
  for (const name of [
    "SCRATCH_BUCKET",
    "PANGEO_SCRATCH",
    "ISTHMUS_CATALOG",
    "ISTHMUS_NEW",
    "AWS_SECRET_ACCESS_KEY",
    "PATH",
    "DASK_GATEWAY__ADDRESS",
  ])
    expect(setting(name), name).toEqual([
      `sites/a.yaml:8:94 reserved-variables hubs.prod.profiles.small.environment.${name}: Isthmus sets this variable itself`,
    ]);
});

test("any other variable, thread counts included", () => {
  for (const name of ["MY_BUCKET", "OMP_NUM_THREADS", "LIBRARY_BUCKET", "AWS_MAX_ATTEMPTS"])
    expect(setting(name), name).toEqual([]);
});
