import { expect, test } from "vitest";
import { faultsOf, slurm } from "../federation-of";

const hub = (profile: string) =>
  `hubs: {prod: {ports: 9010, profiles: {small: {title: S, cores: 1.5, memory: 2Gi${profile}}}}}\n`;
const files = (rest: string, scheduler = "") => ({
  "sites/a.yaml": slurm("a", 9000, rest, scheduler).replace("kind: slurm", "kind: pbs"),
});

test("what only Slurm has is refused, with what says the like", () => {
  const of = (key: string) => faultsOf(files(hub(`, ${key}`)));
  for (const key of ["partition: p", "qos: q", "gres: x:1", "constraint: c", "reservation: r"]) {
    const message = "only Slurm has this, and the scheduler here is PBS";
    const [name] = key.split(":");
    expect(of(key.replace("x:1", '"x:1"')), key).toEqual([
      expect.stringContaining(`scheduler-keys hubs.prod.profiles.small.${name}: ${message}`),
    ]);
    expect(faultsOf(files("", `, ${key.replace("x:1", '"x:1"')}`)), key).toEqual([
      expect.stringContaining(`scheduler.${name}: ${message}`),
    ]);
  }
  const type = "in PBS the type of GPUs is a resource that each centre names itself";
  expect(of("gpu: {count: 1, type: a100}")).toEqual([expect.stringContaining(`small.gpu.type: ${type}`)]);
  expect(faultsOf(files("", ", gpu: {count: 1, type: a100}"))).toEqual([
    expect.stringContaining(`scheduler.gpu.type: ${type}`),
  ]);
  expect(of("directives: [--exclusive]")).toEqual([
    expect.stringContaining("directives[0]: this is written for Slurm, and the scheduler here is PBS"),
  ]);
  expect(faultsOf(files("", ", account: {choose: true}"))).toHaveLength(1);
});

test("what only PBS has is refused with Slurm", () => {
  for (const key of ["queue: q", "project: p", "place: excl", 'resources: "a=b"', 'directives: ["-p 5"]'])
    expect(faultsOf({ "sites/a.yaml": slurm("a", 9000, hub(`, ${key}`)) }), key).toEqual([
      expect.stringMatching(
        /scheduler-keys .*(only PBS has this|this is written for PBS), and the scheduler here is Slurm/,
      ),
    ]);
});
