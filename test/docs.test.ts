import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { rolesOf, rolesTable } from "./aws/roles-table";
import { exampleStacks } from "./stacks/synth-example";

const repository = join(__dirname, "..");
const program = join(repository, "dist/bin/isthmus.js");
/** Pages with parts that are made from files and commands. */
const pages = ["README.md", "docs/aws.md", "docs/google.md", "docs/kubernetes.md"] as const;

const folder = mkdtempSync(join(tmpdir(), "isthmus-docs-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What each role of the example on AWS may do. */
const roles = () => rolesTable(exampleStacks(folder, "config/federations/clouds"), "pangeo-cascadia-");

const helps = new Map<string, string>();

/** What `isthmus COMMAND --help` says; asked once. */
function help(...args: string[]): string {
  const key = args.join(" ");
  const known = helps.get(key);
  if (known !== undefined) return known;
  const { stdout } = spawnSync(process.execPath, [program, ...args, "--help"], { encoding: "utf8", cwd: repository });
  helps.set(key, stdout);
  return stdout;
}

/** Names of the commands that `isthmus --help` lists, in its order. */
function commands(): string[] {
  const list = help().split("Commands:")[1] ?? "";
  return [...list.matchAll(/^ {2}([a-z]+)/gm)].map((m) => m[1] as string).filter((name) => name !== "help");
}

function commandTable(): string {
  const rows = commands().map((name) => {
    const description = /\n\n([\s\S]*?)\n\n/.exec(help(name))?.[1]?.replaceAll(/\s+/g, " ") ?? "";
    return `| \`isthmus ${name}\` | ${description} |`;
  });
  return ["| command | what it does |", "|---|---|", ...rows].join("\n");
}

/** A page with its generated parts as they should be: `vitest run test/docs.test.ts -u` writes them. */
function rendered(page: string): string {
  return readFileSync(join(repository, page), "utf8")
    .replace(/<!-- commands -->[\s\S]*?(?=\n\n- \*\*A new hub)/, `<!-- commands -->\n\n${commandTable()}`)
    .replace(/<!-- roles -->\n(?:\n\|.*(?:\n\|.*)*\n)?/, () => `<!-- roles -->\n\n${roles()}\n`)
    .replaceAll(/<!-- include: (\S+) -->\n(?:```yaml\n[\s\S]*?```\n|\n)/g, (_, path: string) => {
      return `<!-- include: ${path} -->\n\`\`\`yaml\n${readFileSync(join(repository, path), "utf8")}\`\`\`\n`;
    });
}

test.each(pages)("%s shows the commands and the config that there are", async (page) => {
  await expect(rendered(page)).toMatchFileSnapshot(join(repository, page));
});

test("docs/aws.md says of each role in words what it is for, and of no other", () => {
  const page = readFileSync(join(repository, "docs/aws.md"), "utf8");
  const [words = "", letters = ""] = page.slice(page.indexOf("| role `<federation>")).split("<!-- roles -->");
  const first = (text: string) =>
    [...text.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = ""]) => cell.match(/[\w-]+(?:<hub>)?/g) ?? []);
  const named = first(words).filter((name) => !["role", "federation", "site"].includes(name));
  const others = rolesOf(exampleStacks(folder, "test/fuzz/examples/eks"), /^north-cloud-[a-z]+-/).map(
    ({ name }) => name,
  );
  const written = [...first(letters.slice(0, letters.indexOf("\n\nPeople"))), ...others].map((name) =>
    name.replace(/^hub-.*/, "hub-<hub>"),
  );
  expect([...new Set(written)].sort()).toEqual([...new Set(named)].sort());
});

test("every command shows an example, and its example's options exist", () => {
  for (const name of commands()) {
    const text = help(name);
    const example = /Examples?:\n {2}(isthmus .*)/.exec(text)?.[1];
    expect(example, name).toMatch(new RegExp(`^isthmus ${name}`));
    for (const option of example?.split(" -- ")[0]?.match(/ --?[a-z-]+/g) ?? [])
      expect(text.replace(example as string, ""), `${name}${option}`).toContain(option.trim());
  }
});

test("npm scripts and isthmus commands that the docs name exist", () => {
  const scripts = Object.keys(
    (JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as { scripts: object }).scripts,
  );
  for (const file of [...pages, "CONTRIBUTING.md"]) {
    const text = readFileSync(join(repository, file), "utf8");
    for (const [, name] of text.matchAll(/npm run ([a-z]+)/g)) expect(scripts, file).toContain(name);
    for (const [, name] of text.matchAll(
      /isthmus (validate|synth|up|down|status|verify|catalog|run|schema|rules|charts)\b/g,
    ))
      expect(commands(), file).toContain(name);
  }
});
