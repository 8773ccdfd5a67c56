import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, TerraformStack } from "cdktf";
import { expect, vi } from "vitest";
import type { Config } from "../../bin/load-or-exit";
import type { ResolvedState } from "../../config/resolve/state";
import { addBackend } from "../../stacks/state-backend";
import { Lab, type LabStack } from "../bin/engine/lab";

const labs: Place[] = [];

/** A checkout of one federation on somebody's machine: hand-made stacks with the backend that a synth gives them. */
export class Place {
  readonly lab = new Lab(mkdtempSync(join(tmpdir(), "isthmus-state-")));
  stacks: Record<string, LabStack> = {};
  readonly file = join(this.lab.directory, "federation.yaml");

  constructor() {
    labs.push(this);
  }

  /** Its config, with a stack of each site: its base. */
  write(sites: readonly string[], state: string, own: Readonly<Record<string, string>> = {}): void {
    rmSync(join(this.lab.directory, "sites"), { recursive: true, force: true });
    mkdirSync(join(this.lab.directory, "sites"));
    const top = "format: 1\nfederation: demo\ntitle: Demo\ncontact: https://example.org\nsites: [sites/*.yaml]\n";
    writeFileSync(this.file, `${top}state: ${state}\n`);
    sites.forEach((site, i) => {
      const head = `site: ${site}\ninstitution: ${site} institute\nprovider: hpc\nlogin: here\nscheduler: { kind: local }\n`;
      const more = own[site] === undefined ? "" : `state: ${own[site]}\n`;
      writeFileSync(
        join(this.lab.directory, "sites", `${site}.yaml`),
        `${head}listen: { port: ${8610 + i * 100} }\n${more}`,
      );
    });
  }

  synth({ federation }: Config, output: string): void {
    const stacks = federation.sites.map(({ id }): [string, LabStack] => {
      const name = `${id}-base`;
      const backend = backendOf(name, federation.states[id] as ResolvedState);
      return [name, { ...this.stacks[id], more: { terraform: { backend } } }];
    });
    this.lab.write(Object.fromEntries(stacks), output);
  }
}

function backendOf(name: string, state: ResolvedState): unknown {
  const stack = new TerraformStack(new App({ context: { targetVersions: { terraform: ">=1.11" } } }), name);
  addBackend(stack, name, state, "../../../state/demo");
  return stack.toTerraform().terraform.backend;
}

/** Stands in for the synth: the stacks of the place that the config lies in. */
export function synthFederation(config: Config, output: string): void {
  labs.find(({ lab }) => lab.directory === config.directory)?.synth(config, output);
}

export function removePlaces(): void {
  for (const { lab } of labs.splice(0)) lab.remove();
}

/** Options of a command at a place. */
export const flags = ({ file }: Place, more: { yes?: boolean } = {}) => ({ file, destroy: [], ...more });

let stdout = "";

/** Keeps what commands print to themselves, for `said`. */
export function listen(): void {
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation(() => true);
}

/** A command's exit code and what it printed. */
export async function said(work: () => Promise<number>): Promise<[number, string]> {
  stdout = "";
  const code = await work();
  return [code, stdout];
}

/** Runs a program beside a local API, which this process serves or has as its child and which must go on meanwhile. */
export function run(
  command: string,
  args: readonly string[],
  cwd?: string,
): Promise<{ status: number | null; stderr: string }> {
  const child = spawn(command, args, { cwd, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (part) => (stderr += part));
  return new Promise((done) => child.on("close", (code) => done({ status: code, stderr })));
}

/** An install that says that it runs, and by whom, and goes on when the file `go` is there. */
export const waits = 'echo "$PPID" > ../../../engine.pid && while [ ! -e ../../../go ]; do sleep 0.1; done';
const pid = ({ lab }: Place) => join(lab.directory, "engine.pid");

export const isInstalling = (place: Place) => vi.waitFor(() => expect(existsSync(pid(place))).toBe(true), 30_000);

/** Kills the engine whose install waits. */
export function killEngine(place: Place): void {
  process.kill(Number(readFileSync(pid(place), "utf8")), "SIGKILL");
  place.lab.touch("go");
}
