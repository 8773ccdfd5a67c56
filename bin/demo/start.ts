import { up } from "../commands/up";
import { exitCodes } from "../exit-codes";
import { Failure } from "../failure";
import { interruptible } from "../hub/interruptible";
import type { LocalHub } from "../hub/local-hub";
import { runFile } from "../hub/run-file";
import { steps } from "../hub/steps";
import { type Config, loadOrExit } from "../load-or-exit";
import { served } from "../verify/served";
import { installerEnvironment } from "./installer-environment";
import { computed, type DemoResult, keyOf, readResult, resultPath, writeResult } from "./result";
import { type Roles, rolesOf } from "./roles";
import { summary } from "./summary";

/** Who signs in where anybody may. */
const demoUser = "demo";

/** How long (ms) each of the two programs may take. */
const programDeadline = 900_000;

const { say, write, end: endSteps } = steps(process.stdout);

/**
 * Brings a demo federation up, publishes its data at one site, computes on it at another, and tells how to go on. What is
 * there already is left alone: a second run changes nothing and takes seconds.
 * @returns the exit code
 */
export async function startDemo(file: string | undefined): Promise<number> {
  const config = loadOrExit(file);
  const roles = rolesOf(config);
  const wish = { destroy: [], ...(file === undefined ? {} : { file }) };
  const code = await up(undefined, wish);
  if (code !== exitCodes.ok) return code;
  return interruptible(say, async (signal) => {
    const path = resultPath(config);
    const earlier = readResult(path, keyOf(roles));
    const there = earlier !== undefined && (await allServed(roles.publisher, signal));
    const work = () => publishAndCompute(config, roles, () => up(undefined, wish), signal).finally(endSteps);
    const result = there ? earlier : await work();
    if (!result) return exitCodes.engine;
    if (!there) writeResult(path, result);
    process.stdout.write(`\n${await summary(config.federation, roles, result)}\n`);
    return exitCodes.ok;
  });
}

async function publishAndCompute(
  config: Config,
  roles: Roles,
  upAgain: () => Promise<number>,
  signal: AbortSignal,
): Promise<DemoResult | undefined> {
  const { publisher, computer, publish, compute } = roles;
  say(`publishing climate model output at ${publisher.site.id}, by a Dask cluster of its hub`);
  await runAt(publisher, publish, installerEnvironment(), signal);
  const publishedAt = new Date().toISOString();
  if (await recordAgain(config)) {
    say("the catalog has changed: bringing it to every site");
    endSteps();
    if ((await upAgain()) !== exitCodes.ok) return undefined;
  }
  say(`computing at ${computer.site.id}, on data that lives at ${publisher.site.id}`);
  const told = computed.safeParse(await runAt(computer, compute, {}, signal));
  if (!told.success)
    throw new Failure(
      `${compute} does not tell what it computed: ${told.error.message}; compare it with the demo's, config/federations/demo/compute.py`,
    );
  return { format: 1, key: keyOf(roles), publishedAt, computedAt: new Date().toISOString(), result: told.data };
}

async function runAt(local: LocalHub, file: string, environment: Record<string, string>, signal: AbortSignal) {
  const end = await runFile(local, file, {
    ...("everyone" in local.hub.allow ? { user: demoUser } : {}),
    environment,
    deadline: programDeadline,
    signal,
    say,
    onOutput: ({ stream, text }) => write(process[stream], text),
  });
  if (end.exitCode !== 0)
    throw new Failure(
      `${file} failed at ${local.site.id}\n${end.error?.traceback ?? ""}`.trimEnd() +
        "\nwhen that is mended, the same command again goes on from here",
    );
  return end.result;
}

/** Reads the datasets' records from their stores; whether the catalog changes by it. */
async function recordAgain({ directory, federation }: Config): Promise<boolean> {
  const { recordDatasets } = await import("../catalog/record-datasets.js");
  const all = federation.sites.flatMap((site) => site.datasets.map((dataset) => ({ site: site.id, dataset })));
  const failed: string[] = [];
  let changed = false;
  await recordDatasets(directory, all, ({ dataset }, outcome) => {
    if (outcome.result === "failed") failed.push(`${dataset.id}: ${outcome.reason}`);
    if (outcome.result === "recorded") changed = true;
  });
  if (failed.length > 0)
    throw new Failure(
      `the catalog cannot be recorded: ${failed.join("; ")}; isthmus status shows whether all sites are up`,
    );
  return changed;
}

/** Whether everything public that a hub publishes can be opened. */
async function allServed({ site, hub }: LocalHub, signal: AbortSignal): Promise<boolean> {
  const links = site.datasets.flatMap(({ id, kind, https }) =>
    hub.publishes.includes(id) && https !== null ? [{ kind, https }] : [],
  );
  const answers = await Promise.all(links.map(({ kind, https }) => served(kind, https, signal)));
  return answers.every((answer) => "found" in answer);
}
