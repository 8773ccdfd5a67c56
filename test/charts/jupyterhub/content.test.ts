import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const script = join(__dirname, "../../../charts/jupyterhub/pod/content.sh");
const hasGit = spawnSync("git", ["--version"]).status === 0;

let folder = "";
let home = "";
let upstream = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-content-"));
  home = join(folder, "home");
  upstream = join(folder, "upstream/tutorial");
  mkdirSync(home);
  mkdirSync(upstream, { recursive: true });
  git(upstream, "init", "--quiet", "--initial-branch", "main");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function git(at: string, ...args: string[]): string {
  const identity = ["-c", "user.name=T", "-c", "user.email=t@example.org"];
  const { status, stdout, stderr } = spawnSync("git", [...identity, ...args], { cwd: at, encoding: "utf8" });
  if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** A new state of the repository: a file's text, or null where it goes. */
function publish(files: Readonly<Record<string, string | null>>): void {
  for (const [name, text] of Object.entries(files))
    if (text === null) rmSync(join(upstream, name));
    else writeFileSync(join(upstream, name), text);
  git(upstream, "add", "--all");
  git(upstream, "commit", "--quiet", "--message", "state");
}

/** A server's start. What the script says. */
function start(url = `file://${upstream}`, branch = ""): string {
  const env = { HOME_FOLDER: home, CONTENT_URL: url, CONTENT_BRANCH: branch, CONTENT_SECONDS: "60" };
  const run = spawnSync("sh", [script], { encoding: "utf8", env: { ...process.env, HOME: home, ...env } });
  expect(run.status, run.stderr).toBe(0);
  return run.stdout;
}

const at = (name: string) => join(home, "tutorial", name);
const read = (name: string) => readFileSync(at(name), "utf8");

describe.skipIf(!hasGit)("content of a git repository", () => {
  test("comes once, and what is new in it later", () => {
    publish({ "one.txt": "1", "gone.txt": "g" });
    expect(start(`file://${upstream}/`)).toContain("brought from");
    publish({ "one.txt": "2", "two.txt": "2", "gone.txt": null });
    expect(start()).toContain("brought what is new");
    expect([read("one.txt"), read("two.txt"), existsSync(at("gone.txt"))]).toEqual(["2", "2", false]);
    expect(start()).toBe("");
    expect(readdirSync(home).sort()).toEqual([".isthmus-content.log", "tutorial"]);
  });

  test("leaves what a user changed as it is, however often there is something new", () => {
    publish({ "mine.txt": "1", "other.txt": "1", "ä b's $x.txt": "1" });
    start();
    writeFileSync(at("mine.txt"), "my work");
    writeFileSync(at("new.txt"), "my own");
    for (const text of ["2", "3"]) {
      publish({ "mine.txt": text, "new.txt": text, "other.txt": text, "ä b's $x.txt": text });
      const said = start();
      expect(said).toContain("mine.txt is new there, and changed here");
      expect([read("mine.txt"), read("new.txt")]).toEqual(["my work", "my own"]);
      expect([read("other.txt"), read("ä b's $x.txt")]).toEqual([text, text]);
    }
    expect(readFileSync(join(home, ".isthmus-content.log"), "utf8")).toContain("new.txt is new there");
  });

  test("brings back what a user removed when it changes", () => {
    publish({ "one.txt": "1" });
    start();
    rmSync(at("one.txt"));
    publish({ "one.txt": "2" });
    start();
    expect(read("one.txt")).toBe("2");
  });

  test("is of the branch that is named", () => {
    publish({ "one.txt": "main" });
    git(upstream, "checkout", "--quiet", "-b", "course");
    publish({ "one.txt": "course" });
    git(upstream, "checkout", "--quiet", "main");
    start(undefined, "course");
    expect(read("one.txt")).toBe("course");
    expect(start(undefined, "none")).toContain("nothing new");
  });

  test("a user's own commits, and another folder of that name, are left alone", () => {
    publish({ "one.txt": "1" });
    start();
    git(join(home, "tutorial"), "commit", "--quiet", "--allow-empty", "--message", "mine");
    publish({ "one.txt": "2" });
    expect(start()).toContain("commits or a branch of its own");
    expect(read("one.txt")).toBe("1");
    rmSync(join(home, "tutorial"), { recursive: true });
    mkdirSync(join(home, "tutorial"));
    expect(start()).toContain("something else of this name");
    expect(readdirSync(join(home, "tutorial"))).toEqual([]);
  });

  test("a repository that does not answer keeps no server from starting, and is told in the home", () => {
    expect(start("file:///nowhere/tutorial.git")).toContain("not brought from file:///nowhere/tutorial.git: fatal");
    expect(readFileSync(join(home, ".isthmus-content.log"), "utf8")).toContain("not brought");
    expect(readdirSync(home)).toEqual([".isthmus-content.log"]);
    publish({ "one.txt": "1" });
    start();
    rmSync(upstream, { recursive: true });
    expect(start()).toContain("nothing new from");
    expect(read("one.txt")).toBe("1");
  });

  test("no hook and no setting of the home runs", () => {
    publish({ "one.txt": "1" });
    start();
    const ran = join(folder, "ran");
    const program = `#!/bin/sh\ntouch ${ran}\n`;
    writeFileSync(join(folder, "program"), program);
    chmodSync(join(folder, "program"), 0o755);
    for (const hook of ["post-checkout", "post-index-change", "reference-transaction"]) {
      writeFileSync(join(home, "tutorial/.git/hooks", hook), program);
      chmodSync(join(home, "tutorial/.git/hooks", hook), 0o755);
    }
    writeFileSync(join(home, ".gitconfig"), `[core]\n\tfsmonitor = ${folder}/program\n`);
    publish({ "one.txt": "2" });
    start();
    expect([read("one.txt"), existsSync(ran)]).toEqual(["2", false]);
  });
});
