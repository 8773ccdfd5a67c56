import { spawn } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { until as untilFound } from "../../until";

/** How a call of the kit ended. */
export interface Called {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface KitStatus {
  readonly ids: Record<string, { digest: string; installed: boolean; expires: string | null; expired: boolean }>;
  readonly programs: { name: string; id: string; state: string; pid: number | null; health: string }[];
  readonly certificate?: { host: string; until: number | null; problem: string | null };
}

/** A site in a directory, worked on by the kit of a bundle or by its own. */
export class Site {
  constructor(
    readonly root: string,
    /** Directory of a bundle whose kit is used until one is installed. */
    readonly bundle: string,
  ) {}

  /** Runs the kit as a provisioner does: its output is a pipe that is read to its end, so a program that kept it would hang the test. */
  call(verb: string, ...flags: string[]): Promise<Called> {
    return this.callWith(process.env.ISTHMUS_PYTHON ?? "python3", {}, verb, ...flags);
  }

  /** The same by a given Python, with more in its environment. */
  protected callWith(
    python: string,
    environment: Readonly<Record<string, string>>,
    verb: string,
    ...flags: string[]
  ): Promise<Called> {
    const began = Date.now();
    const kit = join(this.bundle, "kit", "site.py");
    const child = spawn(python, [kit, verb, "--root", this.root, ...flags], {
      env: { ...process.env, ISTHMUS_NODE: process.execPath, AWS_SECRET_ACCESS_KEY: "of-the-caller", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (d) => {
      stdout += d;
    });
    child.stderr.on("data", (d) => {
      stderr += d;
    });
    return new Promise((done) => {
      child.on("close", (code) => done({ code: code ?? 1, stdout, stderr, seconds: (Date.now() - began) / 1000 }));
    });
  }

  /** Installs a bundle; throws with what the kit said where that fails. */
  async install(bundle: string): Promise<Called> {
    return succeeded(await this.call("install", "--bundle", bundle));
  }

  async status(): Promise<KitStatus> {
    return JSON.parse(succeeded(await this.call("status", "--json")).stdout) as KitStatus;
  }

  /** Process ids by program. */
  async pids(): Promise<Record<string, number | null>> {
    return Object.fromEntries((await this.status()).programs.map((p) => [p.name, p.pid]));
  }

  /** Living processes that this site has started, and what they run. */
  processes(): string[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          const state = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "")[0];
          if (state === "Z") return [];
          const marked = readFileSync(`/proc/${pid}/environ`, "utf8").includes(`ISTHMUS_SITE_ROOT=${this.root}\0`);
          const ours = marked || readlinkSync(`/proc/${pid}/cwd`).startsWith(this.root);
          return ours ? [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")}`] : [];
        } catch {
          return []; // it ended meanwhile
        }
      });
  }
}

/** The call, if it succeeded. */
export function succeeded(called: Called): Called {
  if (called.code !== 0) throw new Error(`exit ${called.code}\n${called.stdout}\n${called.stderr}`);
  return called;
}

/** Waits until a condition holds. */
export async function until(what: string, condition: () => Promise<boolean> | boolean, seconds = 60): Promise<void> {
  await untilFound(what, seconds, condition);
}
