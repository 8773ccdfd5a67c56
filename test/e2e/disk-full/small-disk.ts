import { spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../config/package-root";

/** A small file system is told to the tests that run on it by this variable. */
export const variable = "ISTHMUS_TEST_SMALL_DISK";

/**
 * A command with a small file system of its own at `place`: in a mount namespace, which nobody else sees and which is gone
 * with its last process. An ordinary user gets one by a user namespace, and is itself again in one more inside.
 */
function onSmallDisk(place: string, megabytes: number, command: readonly string[]): string[] {
  const root = process.getuid?.() === 0;
  const mount = `mount -t tmpfs -o size=${megabytes}m,mode=0755 tmpfs "$0"`;
  const again = root ? "" : `unshare --user --map-user=${process.getuid?.()} --map-group=${process.getgid?.()} -- `;
  const script = `${mount} && exec ${again}"$@"`;
  return ["unshare", ...(root ? [] : ["--user", "--map-root-user"]), "--mount", "sh", "-c", script, place, ...command];
}

/** Why there can be no small file system here; undefined where there can. */
export function refusal(place: string): string | undefined {
  const [command = "", ...args] = onSmallDisk(place, 1, ["true"]);
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  return status === 0 ? undefined : `no small file system can be mounted here: ${error?.message ?? stderr.trim()}`;
}

/** Runs a test file on a small file system; how it ended, and what it printed. */
export function runOn(
  place: string,
  megabytes: number,
  file: string,
): Promise<{ code: number | null; output: string }> {
  const vitest = [
    process.execPath,
    join(packageRoot(), "node_modules/vitest/vitest.mjs"),
    "run",
    "--project",
    "e2e",
    file,
  ];
  const [command = "", ...args] = onSmallDisk(place, megabytes, vitest);
  const child = spawn(command, args, {
    cwd: packageRoot(),
    env: { ...process.env, [variable]: place },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text) => {
      output += text;
    });
  return new Promise((done) => child.on("close", (code) => done({ code, output })));
}

/** A file that takes a file system's room. */
export class Filler {
  private readonly path: string;

  constructor(private readonly place: string) {
    this.path = join(place, "filler");
  }

  /** Takes all room but some bytes. */
  leave(bytes: number): void {
    this.remove();
    const file = openSync(this.path, "w");
    try {
      const piece = Buffer.alloc(65_536, 1);
      while (free(this.place) >= bytes + piece.length) writeSync(file, piece);
      while (free(this.place) > bytes && free(this.place) >= 4096) writeSync(file, piece, 0, 4096);
    } finally {
      closeSync(file);
    }
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}

function free(place: string): number {
  const { bavail, bsize } = statfsSync(place);
  return bavail * bsize;
}
