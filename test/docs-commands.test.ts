import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const repository = join(__dirname, "..");
const program = join(repository, "dist/bin/isthmus.js");

const helps = new Map<string, string>();

/** What a command's `--help` says; asked once. */
function help(command: string): string {
  const known = helps.get(command);
  if (known !== undefined) return known;
  const { stdout } = spawnSync(process.execPath, [program, command, "--help"], { encoding: "utf8", cwd: repository });
  helps.set(command, stdout);
  return stdout;
}

/** Command lines of isthmus in the blocks of code of a page, from pipes and timers too, without what the shell does with them. */
function commandLines(page: string): string[] {
  const blocks = [...page.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map((m) => m[1] as string);
  return blocks.flatMap((block) => [...block.matchAll(/\bisthmus [a-z][^\n|<>&;]*/g)].map((m) => m[0].trim()));
}

const pages = readdirSync(join(repository, "docs")).filter((name) => name.endsWith(".md"));

test.each(pages)("commands that docs/%s shows exist, with their options and arguments", (name) => {
  const lines = commandLines(readFileSync(join(repository, "docs", name), "utf8"));
  for (const line of lines) {
    const [, command = "", ...words] = line.split(/\s+/);
    const text = help(command);
    expect(text, line).toContain(`isthmus ${command} `);
    const usage = text.split("Examples:")[0] as string;
    for (const word of words.filter((w) => /^--?[a-z]/.test(w))) expect(usage, line).toMatch(new RegExp(`${word}\\b`));
  }
});

test("the page about backups shows how to make one, to schedule it and to restore it", () => {
  const lines = commandLines(readFileSync(join(repository, "docs/backup.md"), "utf8"));
  const verbs = lines.map((line) => line.split(" ")[1]);
  expect(verbs.filter((verb) => verb === "backup").length).toBeGreaterThanOrEqual(4);
  expect(verbs.filter((verb) => verb === "restore").length).toBeGreaterThanOrEqual(3);
  expect(verbs).toContain("up");
});
