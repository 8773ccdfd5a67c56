import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ResolvedLocalHub } from "../../config/resolve/local-hub";
import { faultsOf, federationYaml, hubOf, siteOf, slurm } from "./federation-of";

const everything =
  'partition: p, account: a, qos: q, walltime: "1-02:03:04", gres: "gpu:a100:1", constraint: "x|y", reservation: r, directives: [--exclusive]';
const hub = (profile: string, dask = "") =>
  `hubs: {prod: {ports: 9010, profiles: {small: {title: S, cores: 1.5, memory: 2Gi${profile}}}${dask}}}\n`;
const files = (rest: string, scheduler = "") => ({ "sites/a.yaml": slurm("a", 9000, rest, scheduler) });
const prod = (rest: string, scheduler = "") => hubOf(files(rest, scheduler), "a", "prod") as ResolvedLocalHub;
const job = (rest: string, scheduler = "") => prod(rest, scheduler).profiles[0]?.job;

test("no directive is asked for that nobody wrote, but for the profile's size", () => {
  expect(job(hub(""))).toEqual(["--cpus-per-task=2", "--mem=2048M"]);
  expect(job(hub(""), ", sizes: leave")).toEqual([]);
});

test("every directive has its option", () => {
  const options = [
    ...["--partition=p", "--account=a", "--qos=q", "--time=1-02:03:04", "--gres=gpu:a100:1", "--constraint=x|y"],
    ...["--reservation=r", "--exclusive"],
  ];
  expect(job(hub(`, ${everything}`), ", sizes: leave")).toEqual(options);
  expect(job(hub(""), `, ${everything}, sizes: leave`)).toEqual(options);
  expect(prod(hub("", `, dask: {${everything}}`)).dask?.job).toEqual(options);
});

test("an account that users choose is not asked for where one is written, and no job has one beside", () => {
  const choose = ", account: {choose: true}, sizes: leave";
  expect(siteOf(files(hub(""), choose), "a").batch?.chooseAccount).toBe(true);
  expect(siteOf(files(hub(""), ", account: snow"), "a").batch?.chooseAccount).toBe(false);
  expect(job(hub(""), choose)).toEqual([]);
  expect(job(hub(", account: ice"), choose)).toEqual(["--account=ice"]);
  expect(prod(hub("", ", dask: {account: ice}"), choose).dask?.job).toEqual(["--account=ice"]);
  expect(faultsOf(files(hub(""), ", account: {choose: false}"))).toHaveLength(1);
});

test("Dask's caps are those of a cluster, not of a machine that people sit at", () => {
  expect(prod(hub("")).dask?.limits).toMatchObject({ cluster: { cores: 100, workers: 100 }, hub: { cores: 800 } });
  expect(faultsOf(files(hub("", ", dask: {worker: {cores: 8, memory: 32Gi}}")))).toEqual([]);
});

test("GPUs are generic resources of a job, before others", () => {
  expect(job(hub(", gpu: {type: a100, count: 2}"), ", sizes: leave")).toEqual(["--gres=gpu:a100:2"]);
  expect(job(hub(", gpu: {count: 1}, gres: scratch:1"), ", sizes: leave")).toEqual(["--gres=gpu:1,scratch:1"]);
  expect(job(hub(", gpu: {count: 1}"), ", sizes: leave, gres: scratch:1, gpu: {count: 4}")).toEqual(["--gres=gpu:1"]);
  expect(job(hub(""), ", sizes: leave, gres: scratch:1, gpu: {count: 4}")).toEqual(["--gres=gpu:4,scratch:1"]);
  expect(prod(hub("", ", dask: {gpu: {count: 1}}")).dask?.job).toEqual(["--gres=gpu:1"]);
});

test("GPUs said twice", () => {
  const twice = "`gpu` says already which GPUs a job gets";
  expect(
    faultsOf(files(hub(", gpu: {count: 1}, gres: scratch:1,gpu:2".replace("scratch", '"scratch').concat('"')))),
  ).toEqual([expect.stringContaining(`hubs.prod.profiles.small.gres: ${twice}`)]);
  expect(faultsOf(files(hub("", ", dask: {gpu: {count: 1}, gres: gpu}")))).toEqual([
    expect.stringContaining(`hubs.prod.dask.gres: ${twice}`),
  ]);
  expect(faultsOf(files("", ", gpu: {count: 1}, gres: gpu"))).toEqual([
    expect.stringContaining(`scheduler.gres: ${twice}`),
  ]);
  expect(faultsOf(files(hub(", gpu: {count: 1}, gres: gpumem:2")))).toEqual([]);
});

test("a profile's and Dask's own win over the scheduler's", () => {
  const rest = hub(", partition: short, directives: []", ", dask: {partition: batch}");
  const scheduler = ", partition: usual, account: snow, directives: [--exclusive], sizes: leave";
  expect(job(rest, scheduler)).toEqual(["--partition=short", "--account=snow"]);
  expect(prod(rest, scheduler).dask?.job).toEqual(["--partition=batch", "--account=snow", "--exclusive"]);
});

test("the site listens where jobs find it, and its jobs have names of their own", () => {
  const site = siteOf(files(hub("")), "a");
  expect([site.url, site.s3.endpoint]).toEqual(["http://login1-int:9000", "http://login1-int:9001"]);
  expect(site.batch).toMatchObject({ jobPrefix: "fed-a-", address: "login1-int", notebookPorts: null });
  expect(prod(hub("")).auth).toEqual({ kind: "pam", service: "login", minimumUid: 1000 });
  expect(prod(hub("")).admins).toEqual([]);
});

test("options that are no options, Isthmus's own, or have a key", () => {
  const refused = (directive: string) => faultsOf(files(hub(`, directives: ["${directive}"]`)));
  for (const [directive, message] of [
    ["exclusive", "no option of sbatch in its long form"],
    ["--comment=a b", "no option of sbatch in its long form"],
    ["--comment=$(id)", "no option of sbatch in its long form"],
    ["--uid=0", "Isthmus sets this option itself"],
    ["--job-name=x", "Isthmus sets this option itself"],
    ["--requeue", "Isthmus sets this option itself"],
    ["--time=1:00:00", "this option has a key of its own"],
  ] as const)
    expect(refused(directive), directive).toEqual([expect.stringContaining(`directives[0]: ${message}`)]);
  expect(refused("--licenses=matlab:1")).toEqual([]);
});

test("ranges of ports that are none", () => {
  const of = (range: string) =>
    faultsOf({
      "sites/a.yaml": slurm("a", 9000).replace("login1-int}", `login1-int, notebookPorts: ${range}}`),
    }).length;
  for (const range of ["40000", "40999-40000", "80-90", "40000-70000", "x"])
    expect(of(range), range).toBeGreaterThan(0);
  expect(of("40000-40999")).toBe(0);
});

test("the sites that docs/slurm.md shows are valid", () => {
  const page = readFileSync(join(__dirname, "../../docs/slurm.md"), "utf8");
  const shown = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)]
    .map(([, text = ""]) => text)
    .filter((text) => text.startsWith("site:"));
  expect(shown.length).toBe(2);
  const idps = "{cascadia.example: {entity: e, claim: eppn}, plains.example: {entity: f, claim: eppn}}";
  const identity = `identity: {kind: cilogon, client: {id: c, secret: {env: S}}, idps: ${idps}}\n`;
  for (const text of shown)
    expect(faultsOf({ "federation.yaml": federationYaml + identity, "sites/a.yaml": text })).toEqual([]);
});

test("scratch is a bucket of each user's own where root runs the site, and a part of one where a service account does", () => {
  const scratch = "lake: {buckets: {scratch: {purpose: scratch}, persistent: {purpose: persistent}}}\n";
  const by = (user: string) => {
    const login = `login: {kind: ssh, host: login1.example, user: ${user}, hostKey: "ssh-ed25519 ${"A".repeat(68)}"}`;
    const text = slurm("a", 9000, `${scratch}${hub("").replace("9010", "9010, allow: {users: [ann]}")}`);
    return (hubOf({ "sites/a.yaml": text.replace("login: here", login) }, "a", "prod") as ResolvedLocalHub).environment;
  };
  const own = "s3://{own:fed-a-scratch}";
  expect(by("root")).toMatchObject({
    SCRATCH_BUCKET: own,
    PANGEO_SCRATCH: own,
    PERSISTENT_BUCKET: "s3://fed-a-persistent/{user}",
  });
  expect(by("root")).not.toHaveProperty("PANGEO_SCRATCH_PREFIX");
  const part = "s3://fed-a-scratch/{user}";
  expect(by("pangeo")).toMatchObject({
    SCRATCH_BUCKET: part,
    PANGEO_SCRATCH: part,
    PANGEO_SCRATCH_PREFIX: "s3://fed-a-scratch",
  });
});
