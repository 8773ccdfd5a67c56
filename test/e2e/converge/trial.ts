import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pythonCommand } from "../../../bin/python";
import { type BundleFiles, sealBundle, staticFiles } from "../../../constructs/hpc/bundle";
import { type Called, Site, until } from "../hpc-site/kit";

/** A Python for kits that kills at a step: see cut_off.py. */
export function cuttingPython(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "python");
  writeFileSync(path, `#!/bin/sh\nexec '${pythonCommand()}' '${join(__dirname, "cut_off.py")}' "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Steps at which to kill: evenly chosen with the first and the last, or every one of them where CONVERGE_EVERY_STEP is set. */
export function chosenSteps(all: number, some: number): number[] {
  if (process.env.CONVERGE_EVERY_STEP !== undefined || all <= some) return Array.from({ length: all }, (_, i) => i + 1);
  return Array.from({ length: some }, (_, i) => 1 + Math.round((i * (all - 1)) / (some - 1)));
}

/** A hub that is no more than a web server: what the kit does is the same, and it starts at once. */
export function smallHub(port: number, greeting: string): BundleFiles {
  const files = new Map([
    ...staticFiles("kit", "locks/hub.txt", "locks/uv.txt"),
    ["greeting.txt", `${greeting}\n`],
    ["hub.nginx.conf", `location /here/prod/ { proxy_pass http://127.0.0.1:${port}/; }\n`],
    ["site.json", `${JSON.stringify({ greeting })}\n`],
  ]);
  const command = ["{env.hub}/bin/python", "-m", "http.server", "--bind", "127.0.0.1", "--directory", "{bundle}"];
  return sealBundle(files, {
    federation: "try",
    site: "here",
    id: "prod",
    stack: "here-prod",
    expires: null,
    environments: { hub: "locks/hub.txt" },
    tools: { uv: "locks/uv.txt" },
    directories: ["home/prod"],
    ports: [{ port, program: "prod-web" }],
    programs: [
      {
        name: "prod-web",
        priority: 10,
        command: [...command, String(port)],
        environment: {},
        secrets: ["TOKEN"],
        inputs: ["greeting.txt"],
        health: { url: `http://127.0.0.1:${port}/greeting.txt`, status: [200] },
      },
    ],
  });
}

/** Files of a site by relative path, with what must be the same whatever happened on the way: kind, mode, and content where it is not made by chance. */
export function filesOf(root: string): Map<string, string> {
  const made = /^(releases|supervisor|current)\//;
  const passing = /^(log|cache|buckets\/[^/]+\/\.sgwtmp)(\/|$)|^state\/base\/(?!iam\/)|\.pyc$|__pycache__/;
  const found = new Map<string, string>();
  const walk = (at: string): void => {
    for (const name of existsSync(join(root, at)) ? readdirSync(join(root, at)) : []) {
      const path = at === "" ? name : `${at}/${name}`;
      const about = lstatSync(join(root, path));
      const mode = (about.mode & 0o777).toString(8);
      if (passing.test(path)) continue;
      if (about.isSymbolicLink()) found.set(path, `-> ${readlinkSync(join(root, path))}`);
      else if (about.isDirectory()) {
        found.set(path, `directory ${mode}`);
        walk(path);
      } else if (about.isFile()) found.set(path, `${mode} ${made.test(path) ? digest(join(root, path)) : ""}`.trim());
      else found.set(path, "socket");
    }
  };
  walk("");
  return found;
}

function digest(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 12);
}

/** Generated secrets of a site by file; one that is half-written is a failure. */
export function secretsIn(root: string): Record<string, unknown> {
  const folder = join(root, "secrets");
  const names = existsSync(folder) ? readdirSync(folder).filter((n) => n.endsWith(".json")) : [];
  return Object.fromEntries(names.map((n) => [n, JSON.parse(readFileSync(join(folder, n), "utf8")) as unknown]));
}

/** What runs of a site, by command, without process ids. */
export function commandsOf(site: Site): string[] {
  return site
    .processes()
    .map((line) => line.replace(/^\d+ /, "").trim())
    .sort();
}

/** A site whose kit is killed on the way. */
export class Trial extends Site {
  constructor(
    root: string,
    bundle: string,
    private readonly python: string,
    private readonly steps: string,
  ) {
    super(root, bundle);
  }

  /** Runs a command of the kit; returns the steps that it took. */
  async counted(verb: string, ...flags: string[]): Promise<string[]> {
    const called = await this.run({ CUT_OFF_STEPS: this.steps }, verb, ...flags);
    if (called.code !== 0) throw new Error(`${called.stdout}\n${called.stderr}`);
    return readFileSync(this.steps, "utf8").trim().split("\n");
  }

  /** Runs a command of the kit and kills it before its nth step. */
  cutOff(step: number, verb: string, ...flags: string[]): Promise<Called> {
    return this.run({ CUT_OFF_AT: String(step), CUT_OFF_STEPS: this.steps }, verb, ...flags);
  }

  private run(environment: Record<string, string>, verb: string, ...flags: string[]): Promise<Called> {
    return this.callWith(this.python, { ...environment }, verb, ...flags);
  }

  /** Waits until what runs is what should. */
  async runs(commands: readonly string[]): Promise<void> {
    let now: string[] = [];
    const same = () => {
      now = commandsOf(this);
      return now.join("\n") === commands.join("\n");
    };
    await until("the same programs", same, 60).catch((error: unknown) => {
      throw new Error(`${String(error)}\nwanted\n${commands.join("\n")}\nthere are\n${now.join("\n")}`);
    });
  }
}
