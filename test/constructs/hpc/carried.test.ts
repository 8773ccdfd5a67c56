import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type BundleFiles, sealBundle } from "../../../constructs/hpc/bundle";
import { carriedFiles, installCommand, uninstallCommand } from "../../../constructs/hpc/carried";
import { tarOf } from "../../../constructs/hpc/tar";

/** A kit that says what it was asked, as whom and where; it fails for the part that `fails` names. */
const kit = (fails: string) => `import os, sys
bundle = sys.argv[sys.argv.index("--bundle") + 1]
part = os.path.basename(bundle)
print(part, sys.argv[1], sys.argv[-2:], os.getcwd() == os.path.expanduser("~"), oct(os.umask(0)), os.geteuid(), flush=True)
sys.exit("isthmus: error: it does not start" if part == "${fails}" else 0)
`;

function bundle(id: string, program: string): BundleFiles {
  const files = new Map([
    ["kit/site.py", program],
    ["notes.txt", "ä\n"],
  ]);
  const nothing = { environments: {}, tools: {}, directories: [], programs: [], ports: [], expires: null };
  return sealBundle(files, { federation: "reef", site: "loire", id, stack: `loire-${id}`, ...nothing });
}

/** What is carried of a site with a hub, whose second part may fail. */
function carried(fails = "none", root = ".isthmus/reef/loire") {
  const parts = ["base", "prod"].map((part) => ({ part, bundle: bundle(part, kit(fails)) }));
  return carriedFiles({ federation: "reef", site: "loire", root, python: "/usr/bin/env python3" }, parts);
}

/** Whoever runs the tests; nobody, where that is root. */
const uid = process.getuid?.() === 0 ? 65_534 : (process.getuid?.() ?? 0);
/** A Python that anybody may run. */
const python = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

interface There {
  readonly folder: string;
  readonly name: string;
  readonly sum: string;
  run(command: string): { code: number | null; out: string[]; err: string };
}

/** An empty directory of an ordinary user, with the file brought there. */
function there(files: ReadonlyMap<string, string>, work: (at: There) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "isthmus-carried-"));
  try {
    chmodSync(folder, 0o777);
    const name = [...files.keys()].find((path) => path.endsWith(".tar")) ?? "";
    writeFileSync(join(folder, name), files.get(name) ?? "");
    const run = (command: string) => {
      const env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: folder };
      const who = uid === process.getuid?.() ? {} : { uid, gid: uid };
      const ended = spawnSync("/bin/sh", ["-c", command], { cwd: folder, env, encoding: "utf8", ...who });
      return { code: ended.status, out: ended.stdout.trim().split("\n"), err: ended.stderr.trim() };
    };
    work({ folder, name: name.replace(/\.tar$/, ""), sum: files.get(`${name}.sha256`) ?? "", run });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("the same config gives the same bytes, and its digest is that of the file", () => {
  const files = carried();
  expect(carried()).toEqual(files);
  const [archive = "", sum = "", note = ""] = files.values();
  const name = /^reef-loire-[0-9a-f]{12}(?=\.tar$)/.exec([...files.keys()][0] ?? "")?.[0];
  expect(sum).toBe(`${createHash("sha256").update(archive).digest("hex")}  ${name}.tar\n`);
  expect(note).toBe(
    `echo '${sum.trim()}' | sha256sum -c - && tar -xf ${name}.tar && /usr/bin/env python3 ${name}/install.py\n`,
  );
  const others = [carried("prod"), carried("none", "/srv/site")];
  expect(new Set([files, ...others].map((other) => [...other.keys()][0])).size).toBe(3);
});

test("an ordinary user runs the command in an empty directory: base first, each by its own kit, from the home", () =>
  there(carried(), ({ folder, sum, run }) => {
    const { code, out, err } = run(`umask 077; ${installCommand(sum, python)}`);
    expect([code, err]).toEqual([0, ""]);
    const asked = (part: string) => `${part} install ['--root', '.isthmus/reef/loire'] True 0o22 ${uid}`;
    expect(out.slice(1)).toEqual([
      asked("base"),
      asked("prod"),
      `isthmus: reef/loire is installed at ${folder}/.isthmus/reef/loire`,
    ]);
  }));

test("only the parts that are wanted, and what is none is refused", () =>
  there(carried(), ({ sum, run }) => {
    expect(run(installCommand(sum, python, ["base"])).out.filter((line) => line.startsWith("prod"))).toEqual([]);
    const refused = run(installCommand(sum, python, ["base", "prodd"]));
    expect([refused.code, refused.err]).toEqual([1, "isthmus: error: no part prodd lies here; there are base, prod"]);
  }));

test("a part that fails ends it, with that kit's own words last", () =>
  there(carried("base"), ({ sum, run }) => {
    const { code, out, err } = run(installCommand(sum, python));
    expect([code, err]).toEqual([1, "isthmus: error: it does not start"]);
    expect(out.join("\n")).not.toContain("prod");
  }));

test("a file that is not the one that was packed is not even unpacked", () =>
  there(carried(), ({ folder, name, sum, run }) => {
    writeFileSync(join(folder, `${name}.tar`), "x", { flag: "a" });
    expect(run(installCommand(sum, python)).code).toBe(1);
    expect(existsSync(join(folder, name))).toBe(false);
  }));

test("a part that another file left in its place is not installed", () =>
  there(carried(), ({ folder, name, sum, run }) => {
    run(installCommand(sum, python));
    writeFileSync(join(folder, name, "prod/bundle.json"), '{"digest": "0"}');
    const { code, out, err } = run(`${python} ${name}/install.py`);
    expect([code, out, err]).toEqual([
      1,
      [""],
      `isthmus: error: ${folder}/${name}/prod is not what was packed: unpack the file again`,
    ]);
  }));

test("it is taken down by the installed kit", () =>
  there(new Map([["x.tar", ""]]), ({ folder, run }) => {
    mkdirSync(join(folder, "site/current/base/kit"), { recursive: true });
    writeFileSync(join(folder, "site/current/base/kit/site.py"), "import sys\nprint(sys.argv[1:])\n");
    expect(run(`cd / && ${uninstallCommand({ root: "site", python }, "prod")}`).out).toEqual([
      "['uninstall', '--root', 'site', '--id', 'prod']",
    ]);
  }));

test("long paths and texts of any length come out of `tar` as they went in; what it cannot hold is refused", () => {
  const long = `${"d".repeat(60)}/${"e".repeat(60)}/file`;
  const files = new Map([
    ["b", "x".repeat(512)],
    [long, "ü".repeat(300)],
    ["a", ""],
  ]);
  there(new Map([["t.tar", tarOf(files)]]), ({ folder, run }) => {
    expect(run("tar -tf t.tar").out).toEqual(["a", "b", long]);
    expect(run("tar -xf t.tar")).toMatchObject({ code: 0, err: "" });
    for (const [path, text] of files) expect(readFileSync(join(folder, path), "utf8")).toBe(text);
    expect(statSync(join(folder, "b")).mtime.toISOString()).toBe("1980-01-01T00:00:00.000Z");
  });
  expect(() => tarOf(new Map([["x".repeat(101), ""]]))).toThrow("too long a path");
  expect(() => tarOf(new Map([["ä", ""]]))).toThrow("no path for an archive");
});
