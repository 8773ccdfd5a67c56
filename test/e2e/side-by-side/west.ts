import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { loadFederation } from "../../../config/load";
import type { ResolvedHpcSite } from "../../../config/resolve/site";
import { isthmusOk, processesOf, program, type Run } from "../demo/federation";

/** Runs `isthmus` in a folder without waiting for it here, so that two may run at once. */
export function isthmusMeanwhile(folder: string, ...args: string[]): Promise<Run> {
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, env: { ...process.env, NO_COLOR: "1" } });
  const text = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].on("data", (piece) => {
      text[stream] += piece;
    });
  return new Promise((done) => child.once("close", (status) => done({ status, ...text })));
}

/** A site of a folder's demo, as its config has it. */
export function siteOf(folder: string, id: "east" | "west"): ResolvedHpcSite {
  const { federation, faults } = loadFederation(join(folder, "federation.yaml"));
  const site = federation?.sites.find((s) => s.id === id);
  if (site?.provider !== "hpc") throw new Error(`no site ${id}: ${JSON.stringify(faults)}`);
  return site;
}

/** A hub of `west`, and the generated password of its users. */
export function hubOf(folder: string, id: string): { url: string; password: string } {
  const status = JSON.parse(isthmusOk(folder, "status", "--json", "--show-secrets")) as {
    sites: { west: { hubs: Record<string, { url: string; signIn: { password: string } }> } };
  };
  const hub = status.sites.west.hubs[id];
  if (!hub) throw new Error(`no hub ${id}`);
  return { url: hub.url, password: hub.signIn.password };
}

/** Every process of the sites below a folder with its time of start: equal lists are the same processes. */
export function lives(folder: string): string[] {
  return processesOf(folder).flatMap((pid) => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /, "")
        .split(" ");
      return [`${pid} since ${fields[19]}`];
    } catch {
      return []; // it has ended
    }
  });
}

/** The programs that a site's supervisor runs, by name: id and time of start. nginx stands for its master. */
export function programLives(root: string): Record<string, string> {
  const kit = join(root, "current/base/kit/site.py");
  const run = spawnSync(process.env.ISTHMUS_PYTHON ?? "python3", [kit, "status", "--root", root, "--json"], {
    encoding: "utf8",
  });
  const { programs } = JSON.parse(run.stdout) as { programs: { name: string; pid: number | null }[] };
  return Object.fromEntries(
    programs.map(({ name, pid }) => {
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /, "")
        .split(" ");
      return [name, `${pid} since ${fields[19]}`];
    }),
  );
}

const query = `
import json, sqlite3, sys
connection = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, timeout=60)
wanted = {
    "users": "id, name, admin, cookie_id",
    "spawners": "id, user_id, server_id, state, name, started",
    "servers": "id, port, base_url",
    "api_tokens": "id, user_id, service_id, prefix, created, expires_at",
    "oauth_clients": "id, identifier",
    "services": "id, name",
}
print(json.dumps({t: connection.execute(f"select {c} from {t} order by id").fetchall() for t, c in wanted.items()}))
`;

/** What one hub is that another must not touch: database (but for the times of last activity), secrets, home. */
export function keptOf(root: string, hub: string): unknown {
  const database = join(root, "state", hub, "jupyterhub.sqlite");
  const run = spawnSync(process.env.ISTHMUS_PYTHON ?? "python3", ["-c", query, database], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr);
  const secrets = readdirSync(join(root, "secrets")).filter((name) => name.startsWith(hub));
  return {
    tables: JSON.parse(run.stdout),
    database: statSync(database).ino,
    secrets: secrets.map((name) => [name, statSync(join(root, "secrets", name)).mtimeMs]),
    release: readlinkSync(join(root, "current", hub)),
  };
}
