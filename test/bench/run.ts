import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../config/package-root";
import { awsRows } from "./aws";
import { gatewayRows } from "./gateway";
import { generateFederation } from "./generate";
import { type Measured, measureNode, measureOnce } from "./measure";
import { type Row, table } from "./table";

const program = join(packageRoot(), "dist/bin/isthmus.js");
/** `--config-only`, `--gateway-only`, `--aws-only`: that part alone. */
const only = ["config", "gateway", "aws"].find((part) => process.argv.includes(`--${part}-only`));

/** Config alone: whole processes over generated federations (synth validates in the same process); the baseline is an empty Node. */
function configRows(scratch: string): Row[] {
  const baseline = measureNode(["-e", "0"], 5);
  const rows: Row[] = [{ what: "node -e 0 (baseline)", ...baseline }];
  const ratio = (m: Measured) => `${(m.seconds / baseline.seconds).toFixed(1)} x baseline`;
  const synths = new Map<number, Measured>();
  for (const size of [1, 10, 100]) {
    const folder = join(scratch, `sites-${size}`);
    const file = generateFederation(folder, size);
    const validate = measureNode([program, "validate", file], 5);
    const synth = measureNode([program, "synth", file, "--output", join(folder, "cdktf.out")], 5);
    synths.set(size, synth);
    const label = `${size} site${size === 1 ? "" : "s"}`;
    rows.push({ what: `validate, ${label}`, ...validate, note: ratio(validate) });
    rows.push({ what: `validate + synth, ${label}`, ...synth, note: `${ratio(synth)}${targets[size] ?? ""}` });
  }
  for (const [example, what] of Object.entries(examples)) {
    const file = join(packageRoot(), "config/federations", example, "federation.yaml");
    const synth = measureNode([program, "synth", file, "--output", join(scratch, example)], 5);
    rows.push({ what: `validate + synth, ${what}`, ...synth, note: ratio(synth) });
  }
  const growth = (synths.get(100)?.seconds ?? Number.NaN) / (synths.get(10)?.seconds ?? Number.NaN);
  return [...rows, { what: "validate + synth, 100 sites against 10", note: `${growth.toFixed(1)} times; target 11` }];
}

/** Example federations that are synthesized, and what each is. */
const examples = {
  campus: "a site on Kubernetes with 95 hubs",
  clouds: "a site on AWS with 2 hubs",
  commons: "a site on AWS with 95 hubs",
} as const;

const targets: Record<number, string> = { 1: "; target 0.5 s", 100: "; target 300 MB" };

interface StatusReport {
  readonly sites: Record<string, { readonly programs: readonly { name: string; pid: number | null }[] }>;
}

/** A site of the demo, brought up with nothing cached, with everything cached, and again without a change. */
function upRows(scratch: string): Row[] {
  const config = join(scratch, "demo");
  const demo = join(packageRoot(), "config/federations/demo");
  mkdirSync(config);
  for (const part of ["federation.yaml", "sites", "catalog"])
    cpSync(join(demo, part), join(config, part), { recursive: true });
  const sites = join(config, "sites");
  for (const name of readdirSync(sites)) {
    const text = readFileSync(join(sites, name), "utf8");
    writeFileSync(join(sites, name), text.replaceAll(/\b86(\d\d)\b/g, "187$1")); // the demo itself may be up
  }
  const cold = {
    ISTHMUS_CACHE: join(scratch, "cache"),
    UV_CACHE_DIR: join(scratch, "uv"),
    GOCACHE: join(scratch, "go-build"),
  };
  const isthmus = (args: string[], env: NodeJS.ProcessEnv) => measureOnce([program, ...args], { cwd: config, env });
  try {
    const first = isthmus(["up", "west"], cold);
    isthmus(["down", "west", "--yes"], cold);
    rmSync(join(config, ".isthmus"), { recursive: true });
    const warm = isthmus(["up", "west"], cold);
    const same = measureNode([program, "up", "west"], 3, { cwd: config, env: cold });
    const status = JSON.parse(isthmus(["status", "--json"], cold).stdout) as StatusReport;
    const memory = memoryRows(status);
    endAll(join(config, ".isthmus/demo/west"), status);
    const reboot = isthmus(["up", "west"], cold);
    return [
      { what: "up of one site, cold (no environments; npm and Go modules as cached here)", ...first },
      {
        what: "up of one site, warm",
        ...warm,
        note: `${(first.seconds / warm.seconds).toFixed(1)} times quicker than cold; target 15 s`,
      },
      { what: "up of one site, nothing to do", ...same, note: "target 3 s" },
      { what: "up of one site after a reboot", ...reboot, note: "target: seconds" },
      ...memory,
    ];
  } finally {
    isthmus(["down", "--yes"], cold);
  }
}

/** Ends a site's programs as a reboot does: all at once, the supervisor first, so that it heals nothing. */
function endAll(root: string, { sites }: StatusReport): void {
  process.kill(Number(readFileSync(join(root, "run/supervisord.pid"), "utf8")), "SIGKILL");
  for (const { pid } of sites.west?.programs ?? []) if (pid !== null) process.kill(-pid, "SIGKILL");
}

/** Memory at rest: resident, of each program with its children. */
function memoryRows({ sites }: StatusReport): Row[] {
  const programs = sites.west?.programs.filter((p) => p.pid !== null) ?? [];
  const rows = programs.map(({ name, pid }) => ({ what: `at rest: ${name}`, megabytes: residentOf(pid as number) }));
  const total = rows.reduce((sum, row) => sum + row.megabytes, 0);
  return [...rows, { what: "at rest: the site's programs together", megabytes: total }];
}

function residentOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const own = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean);
  return own + children.reduce((sum, child) => sum + residentOf(Number(child)), 0);
}

async function main(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "isthmus-bench-"));
  try {
    const wanted = (part: string) => only === undefined || only === part;
    const rows = [
      ...(wanted("config") ? configRows(scratch) : []),
      ...(wanted("gateway") ? await gatewayRows(scratch) : []),
      ...(wanted("aws") ? await awsRows(scratch) : []),
      ...(only === undefined ? upRows(scratch) : []),
    ];
    console.log(table(rows));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

void main();
