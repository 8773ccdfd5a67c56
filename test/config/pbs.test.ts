import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ResolvedLocalHub } from "../../config/resolve/local-hub";
import { faultsOf, hubOf, siteOf, slurm } from "./federation-of";

const hub = (profile: string, dask = "") =>
  `hubs: {prod: {ports: 9010, profiles: {small: {title: S, cores: 1.5, memory: 2Gi${profile}}}${dask}}}\n`;
const pbs = (rest: string, scheduler = "") => slurm("a", 9000, rest, scheduler).replace("kind: slurm", "kind: pbs");
const files = (rest: string, scheduler = "") => ({ "sites/a.yaml": pbs(rest, scheduler) });
const prod = (rest: string, scheduler = "") => hubOf(files(rest, scheduler), "a", "prod") as ResolvedLocalHub;
const job = (rest: string, scheduler = "") => prod(rest, scheduler).profiles[0]?.job;

const everything =
  'queue: R12@pbs1, account: a, project: p, walltime: "1-02:03:04", place: "pack:excl", gpu: {count: 2}, resources: "cpu_type=milan:mpiprocs=1", directives: ["-l software=matlab", "-W umask=027"]';

test("no directive is asked for that nobody wrote, but for the profile's size", () => {
  expect(job(hub(""))).toEqual(["-l select=1:ncpus=2:mem=2048mb"]);
  expect(job(hub(""), ", sizes: leave")).toEqual([]);
});

test("every directive has its option; days are hours, and a chunk is one option", () => {
  const options = [
    ...["-q R12@pbs1", "-A a", "-P p", "-l walltime=26:03:04", "-l place=pack:excl", "-l software=matlab"],
    "-W umask=027",
  ];
  const chunk = ["ngpus=2", "cpu_type=milan", "mpiprocs=1"];
  const whole = [...options, `-l select=1:ncpus=2:mem=2048mb:${chunk.join(":")}`];
  expect(job(hub(`, ${everything}`))).toEqual(whole);
  expect(job(hub(""), `, ${everything}`)).toEqual(whole);
  expect(job(hub(`, ${everything}`), ", sizes: leave")).toEqual([...options, `-l select=1:${chunk.join(":")}`]);
  expect(prod(hub("", `, dask: {${everything}}`)).dask).toMatchObject({ job: options, chunk });
});

test("a profile's own win over the scheduler's, its chunk as a whole", () => {
  const scheduler = ", queue: usual, gpu: {count: 4}, resources: a=b, directives: [-p 5], sizes: leave";
  expect(job(hub(", queue: short, resources: c=d, directives: []"), scheduler)).toEqual([
    "-q short",
    "-l select=1:c=d",
  ]);
  expect(siteOf(files(hub("")), "a").batch).toMatchObject({ kind: "pbs", chooseAccount: false, jobPrefix: "fed-a-" });
});

test("options that are no options, Isthmus's own, or have a key", () => {
  const none = "no option of qsub with its value";
  const ours = "Isthmus sets this option itself";
  const key = "this option has a key of its own";
  for (const [directive, message] of [
    ["-l software", none],
    ["-l software=a,ncpus=4", none],
    ["-W umask=027,block=true", none],
    ["-p $(id)", none],
    ["-Q 5", none],
    ["-p  5", none],
    ["-N x", ours],
    ["-V", ours],
    ["-v A=b", ours],
    ["-W block=true", ours],
    ["-l nodes=2", ours],
    ["-q x", key],
    ["-l walltime=1", key],
    ["-l select=2", key],
  ] as const) {
    const written = `directives: ["${directive}"]`;
    expect(faultsOf(files(hub(`, ${written}`))), directive).toEqual([
      expect.stringContaining(`directives[0]: ${message}`),
    ]);
    expect(faultsOf(files("", `, ${written}`)), directive).toEqual([
      expect.stringContaining(`directives[0]: ${message}`),
    ]);
  }
  for (const fine of ["-p -5", "-l software=matlab", "-m n", "-M a@b.example", "-c s", "-W umask=027", "-a 1200"])
    expect(faultsOf(files(hub(`, directives: ["${fine}"]`))), fine).toEqual([]);
});

test("chunks and places that are none", () => {
  for (const bad of [
    'resources: "ncpus=4"',
    'resources: "a"',
    'resources: "a=b:mem=1gb"',
    "place: any",
    'place: "excl:"',
  ])
    expect(faultsOf(files(hub(`, ${bad}`))), bad).toHaveLength(1);
});

test("the site that docs/pbs.md shows is valid", () => {
  const page = readFileSync(join(__dirname, "../../docs/pbs.md"), "utf8");
  expect(faultsOf({ "sites/elbe.yaml": /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "" })).toEqual([]);
});
