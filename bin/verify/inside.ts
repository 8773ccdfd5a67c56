import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../config/package-root";
import type { ResolvedFederation } from "../../config/resolve/federation";
import { Failure } from "../failure";
import type { Account } from "../hub/account";
import { accountAt, type LocalHub, ownAccounts } from "../hub/local-hub";
import { runProgram } from "../hub/program";
import { HubSession } from "../hub/session";
import { type Check, type Checks, Skipped } from "./check";

/** A user of its own, so that nobody's running server is touched. */
const verifier = "isthmus-verify";

/** Dask workers of the check. */
const workers = 2;

/** How long (ms) all checks inside a notebook may take. */
const programDeadline = 900_000;

/** How long (s) a cluster may take to start or stop. */
const clusterDeadline = 180;

/** What a user of a hub finds: signs in, starts a server, does everything that a user would, leaves nothing behind. */
export async function verifyInside(
  federation: ResolvedFederation,
  local: LocalHub,
  user: string | undefined,
  checks: Checks,
  signal: AbortSignal,
): Promise<void> {
  const place = `${local.site.id}/${local.hub.id}`;
  let session: HubSession | undefined;
  const signedIn = await checks.run(place, "a user signs in", `isthmus up ${place}`, async () => {
    if (local.hub.auth.kind !== "sharedPassword") throw new Skipped(`people sign in ${ownAccounts(local.hub)}`);
    session = await HubSession.open(local.hub.url, await verifierAt(local, user), signal);
    return `${session.user} at ${local.hub.url}`;
  });
  if (!signedIn || !session) return;
  const open = session;
  try {
    const log = "the hub's log has the reason (isthmus status names its directory)";
    const started = await checks.run(place, "a server starts", log, async () => {
      await open.startServer();
      return open.startedServer ? open.server : `${open.server} ran already`;
    });
    if (started) await runChecks(federation, local, open, checks);
  } finally {
    await closeChecked(open, place, checks);
  }
}

function verifierAt(local: LocalHub, user: string | undefined): Promise<Account> {
  const anybody = "everyone" in local.hub.allow;
  return accountAt(local, user ?? (anybody ? verifier : local.hub.admins[0]));
}

/** Whether it went well or not, what this session started is stopped, and that is a check too. */
async function closeChecked(session: HubSession, place: string, checks: Checks): Promise<void> {
  const fix = `stop it at ${session.client.at("hub/home")}`;
  const { startedServer } = session;
  await checks.run(place, "the server stops", fix, async () => {
    await session.close();
    if (!startedServer) throw new Skipped("it was not started by this check");
    return "nothing stays behind";
  });
}

async function runChecks({ sites }: ResolvedFederation, local: LocalHub, session: HubSession, checks: Checks) {
  const place = `${local.site.id}/${local.hub.id}`;
  const source = readFileSync(join(packageRoot(), "charts", "verify", "verify.py"), "utf8");
  const noWrite = libraries(sites, local);
  const wish = { workers: local.hub.dask ? workers : 0, deadlineSeconds: clusterDeadline, noWrite };
  const program = { source, file: "verify.py", arguments: [JSON.stringify(wish)] };
  const printed: string[] = [];
  const began = performance.now();
  checks.onStart(place, "what a notebook can do");
  const why = await runProgram(session, program, {
    deadline: programDeadline,
    onOutput: ({ text }) => printed.push(text),
    onResult: (result) => checks.add({ place, ...(result as Omit<Check, "place">) }),
  }).then(
    ({ exitCode, error }) => (exitCode === 0 ? undefined : (error?.traceback ?? printed.join("").trim())),
    (error: unknown) => {
      if (error instanceof Failure) return error.message;
      throw error;
    },
  );
  if (why === undefined) return;
  const seconds = (performance.now() - began) / 1000;
  const fix = "the notebook's log has more (isthmus status names the site's directory)";
  checks.add({ place, name: "the checks in a notebook end", state: "failed", seconds, detail: why, fix });
}

/** Buckets of the federation that a user of this hub must not write to: by the site's own keys, and without any elsewhere. */
function libraries(sites: ResolvedFederation["sites"], { site: own, hub }: LocalHub) {
  const writable = hub.buckets.filter((b) => b.right === "write").map((b) => b.name);
  return sites.flatMap((site) => {
    if (site.provider !== "hpc") return [];
    const { endpoint, region } = site.s3;
    const anonymous = { anon: true, client_kwargs: { endpoint_url: endpoint, region_name: region } };
    return site.buckets
      .filter((b) => b.purpose === "library" && !(site.id === own.id && writable.includes(b.name)))
      .map((b) => ({ url: `s3://${b.name}`, options: site.id === own.id ? {} : anonymous }));
  });
}
