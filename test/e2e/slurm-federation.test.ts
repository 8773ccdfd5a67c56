import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { runProgram } from "../../bin/hub/program";
import { withHubSession } from "../../bin/hub/session";
import { everyStep } from "../every-step";
import { demoElsewhere, isthmusOk, killAllOf } from "./demo/federation";
import { thisMachine } from "./slurm/node";
import { as, needs, SlurmSite } from "./slurm/site";
import type { User } from "./slurm/users";

// The demo's federation with a third site, on Slurm: what one publishes the others open by its id alone.
beforeEach(({ skip }) => skip(needs !== undefined, needs));

const demo = join(__dirname, "../../config/federations/demo");
const programs = join(__dirname, "slurm");
let folder: string;
let rhine: SlurmSite;
let ann: User;

beforeAll(async () => {
  if (needs !== undefined) return;
  folder = await demoElsewhere();
  isthmusOk(folder, "demo");
  const node = () => thisMachine("the demo's other sites are reached on the machine's loopback alone");
  rhine = await SlurmSite.prepare(["ann"], { federation: folder, node });
  [ann] = rhine.users as [User];
  rhine.configure({
    site: {
      lake: {
        buckets: { scratch: { purpose: "scratch" }, library: { purpose: "library", public: true } },
      },
      datasets: {
        "rhine-warming": {
          title: "Warming of North America by place, computed on Slurm from what east publishes",
          bucket: "library",
          path: "warming",
          kind: "zarr",
          license: "other",
          publishers: ["prod"],
        },
      },
    },
    hub: { allow: { users: [ann.name] } },
  });
  rhine.well("up");
});

afterAll(async () => {
  await everyStep(
    () => rhine?.stop(),
    () => folder !== undefined && killAllOf(folder),
    () => folder !== undefined && rmSync(folder, { recursive: true, force: true }),
  );
});

/** Runs a program in a notebook of ann's, which is a job. */
function asJob(file: string): Promise<unknown> {
  const signal = AbortSignal.timeout(600_000);
  return withHubSession(rhine.url, as(ann), { signal }, async (session) => {
    await session.startServer();
    expect(rhine.jobsOf(ann).map(({ name }) => name)).toEqual(["demo-rhine-prod-notebook"]);
    const program = { source: readFileSync(file, "utf8"), file: "program.py" };
    const end = await runProgram(session, program, { deadline: 300_000 });
    expect(end.error?.traceback ?? "").toBe("");
    return end.result;
  });
}

/** Runs a program in a notebook of a local site's hub. */
const at = (site: string, file: string) => JSON.parse(isthmusOk(folder, "run", site, file, "--json")) as unknown;

interface Computed {
  readonly site: string;
  readonly warmingKelvin: unknown;
  readonly data: Record<string, string>;
}

test("the demo's own program computes on Slurm, with Dask as jobs, what it computes at a local site, on east's data", async () => {
  const local = at("west", join(demo, "compute.py")) as Computed;
  const onSlurm = (await asJob(join(demo, "compute.py"))) as Computed;
  expect(onSlurm.site).toBe("rhine");
  expect(onSlurm.warmingKelvin).toEqual(local.warmingKelvin);
  expect(onSlurm.data).toEqual(local.data);
});

test("what a user of Slurm publishes there is opened at both other sites by the catalog, with the same values", async () => {
  const published = await asJob(join(programs, "publish_warming.py"));
  isthmusOk(folder, "catalog", "record");
  rhine.well("up");
  expect(published).toMatchObject({ shape: [37, 49], user: ann.uid });
  for (const site of ["east", "west"])
    expect(at(site, join(programs, "read_warming.py"))).toEqual({
      ...(published as object),
      site,
      user: expect.anything() as unknown,
    });
  for (const site of ["rhine", "west"]) {
    const report = JSON.parse(isthmusOk(folder, "verify", site, "--json")) as { ok: boolean };
    expect(report.ok, site).toBe(true);
  }
});
