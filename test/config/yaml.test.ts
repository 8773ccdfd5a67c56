import { expect, test } from "vitest";
import { faultsOf, hpc } from "./federation-of";

/** Faults of one site's file, without its name. */
function site(content: string | Buffer): string[] {
  return faultsOf({ "sites/a.yaml": content }).map((f) => f.replace(/^sites\/a\.yaml:/, ""));
}

const good = hpc("a", 9000);
const with7 = (line: string) => site(good + line);
const institution = (value: string) => site(good.replace("Institute a", value));

test.each([
  [
    "a number where text is wanted",
    () => institution("2026"),
    ["2:14 schema institution: YAML reads this as a number"],
  ],
  ["a version", () => institution("1.10"), ["2:14 schema institution: YAML reads this as a number"]],
  ["a boolean", () => institution("true"), ["2:14 schema institution: YAML reads this as a boolean"]],
  [
    "the Norway problem",
    () => institution("NO"),
    ["2:14 yaml institution: some YAML readers take this word for a boolean"],
  ],
  [
    "no as a key",
    () => with7("hubs: {no: {ports: 9010}}\n"),
    ["7:8 yaml hubs.no: some YAML readers take this key for a boolean"],
  ],
  ["a key twice", () => with7("site: b\n"), ['7:1 yaml site: the key "site" is already on line 1']],
  ["a key twice, once quoted", () => with7('"site": b\n'), ['7:1 yaml site: the key "site" is already on line 1']],
  ["a tab", () => with7("hubs:\n\tprod: {}\n"), ["8:1 yaml : a tab in the indentation"]],
  ["an anchor", () => with7("hubs: &x {}\n"), ["7:10 yaml hubs: anchors and aliases are not read"]],
  ["an alias of nothing", () => with7("hubs: *x\n"), ["7:7 yaml hubs: anchors and aliases are not read"]],
  ["a merge key", () => with7("hubs:\n  <<: {a: 1}\n"), ["8:3 yaml hubs.<<: merge keys are not read"]],
  ["an anchor on a key", () => with7("&k hubs: {}\n"), ["7:4 yaml hubs: anchors and tags are not read"]],
  ["a tag", () => institution("!!str 5"), ["2:20 yaml institution: tags are not read"]],
  ["a tag of one's own", () => institution("!env X"), ["2:19 yaml institution: tags are not read"]],
  ["an empty file", () => site(""), ["1:1 yaml : the file is empty"]],
  ["comments only", () => site("# later\n\n"), ["1:1 yaml : the file is empty"]],
  ["a tilde", () => site("~\n"), ["1:1 yaml : the file is empty"]],
  ["a byte order mark", () => site(`\ufeff${good}`), ["1:1 yaml : the file starts with a byte order mark"]],
  ["a NUL", () => site(`${good}\0`), ["1:1 yaml : the file is not UTF-8 text"]],
  ["UTF-16", () => site(Buffer.from(good, "utf16le")), ["1:1 yaml : the file is not UTF-8 text"]],
  ["Latin-1", () => site(Buffer.from("site: ä\n", "latin1")), ["1:1 yaml : the file is not UTF-8 text"]],
  [
    "two megabytes",
    () => site("x".repeat(2_000_000)),
    ["1:1 yaml : the file has 2000000 bytes, at most 1048576 are read"],
  ],
  ["two documents", () => with7("---\nsite: b\n"), ["7:1 yaml : a second document in the file"]],
  ["another version of YAML", () => site(`%YAML 1.1\n---\n${good}`), ["1:1 yaml : YAML directives are not read"]],
  [
    "__proto__",
    () => with7("hubs:\n  __proto__: {ports: 9010}\n"),
    ['8:3 yaml hubs.__proto__: "__proto__" cannot be a key'],
  ],
  ["constructor", () => with7("constructor: {}\n"), ['7:1 yaml constructor: "constructor" cannot be a key']],
  [
    "a number as a key",
    () => with7("lake: {buckets: {1: {purpose: scratch}}}\n"),
    ['7:18 schema lake.buckets.1: "1" cannot be a name here'],
  ],
  ["no key", () => with7(": {}\n"), ["7:1 yaml : a key is missing before the colon"]],
  ["a list as a key", () => with7("hubs:\n  ? [a, b]\n  : {}\n"), ["8:5 yaml hubs: a key must be one word of text"]],
  ["a list at the top", () => site("- a\n"), ["1:1 schema : expected a map"]],
  ["text at the top", () => site("hello\n"), ["1:1 schema : expected a map"]],
  ["a key without a colon", () => with7("hubs\n"), ["7:1 yaml : a key without a colon"]],
  ["two colons", () => institution("a: b"), ["2:14 yaml : a second `: ` on this line, or a deeper line below a value"]],
  ["an open brace", () => with7("hubs: {a: 1\n"), ["8:1 yaml : a { or [ that was opened above is not closed here"]],
  ["an open quote", () => with7('hubs: "a\n'), ["8:1 yaml : a quote that was opened above is not closed"]],
  ["@", () => institution("@me"), ["2:14 yaml : a value cannot start with this character"]],
  ["an indent of its own", () => with7(" x: 1\n"), ["7:1 yaml : the indentation fits no line above"]],
  ["an unknown escape", () => institution('"\\q"'), ["2:15 yaml : not valid YAML: invalid escape sequence \\q"]],
  ["a very long line", () => institution("x".repeat(500_000)), ["2:14 schema institution: too long"]],
  ["infinity", () => site(good.replace("9000", ".inf")), ["6:16 schema listen.port: expected a number"]],
  ["a fraction", () => site(good.replace("9000", "9000.5")), ["6:16 schema listen.port: expected a whole number"]],
])("%s", (_, found, expected) => {
  expect(found()).toEqual(expected);
});

test.each([
  ["Windows line ends", good.replaceAll("\n", "\r\n")],
  ["a start and an end of the document", `---\n${good}...\n`],
  ["no line end at the end", good.trimEnd()],
  ["quoted keys and values", good.replace("site: a", '"site": "a"')],
  ["a quoted word like a boolean", good.replace("Institute a", '"no"')],
  ["nothing behind a key", `${good}hubs:\ntimezone: null\nlake: ~\n`],
  ["prose with many brackets and quotes", good.replace("Institute a", `>-\n  ${"it's (a) [b](c) {d} ".repeat(9)}`)],
])("%s is fine", (_, content) => {
  expect(site(content)).toEqual([]);
});

test.each([
  ["flow lists", `hubs: ${"[".repeat(100_000)}`],
  ["flow maps", `hubs: ${"{a: ".repeat(100_000)}`],
  ["lists in a line", `hubs:\n  ${"- ".repeat(100_000)}`],
  ["keys in a line", `${"? ".repeat(100_000)}`],
  ["indents", Array.from({ length: 1000 }, (_, i) => `${" ".repeat(i)}a:\n`).join("")],
  ["brackets hidden by quotes", `hubs: ${'["]",'.repeat(100_000)}`],
])("nesting without end by %s is a fault", (_, content) => {
  const faults = site(`${good}${content}\n`);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(/nested (too deeply|deeper than 40 levels)/);
});

test("forty levels are read, forty-one are not", () => {
  const levels = (n: number) => `x: ${"{a: ".repeat(n)}1${"}".repeat(n)}\n`;
  expect(with7(levels(39))).toEqual(['7:1 schema x: unknown key "x"']);
  expect(with7(levels(41))).toEqual([expect.stringContaining("nested deeper than 40 levels")]);
});

test("a hundred thousand faults are shown as five hundred and a number", () => {
  const hubs = Array.from({ length: 60_000 }, (_, i) => `  K${i}: 1\n`).join("");
  const faults = with7(`hubs:\n${hubs}`);
  expect(faults).toHaveLength(501);
  expect(faults.at(-1)).toBe("257:9 file : 119500 more faults in this file are not shown");
});

test("a hundred thousand equal keys, and unknown ones", () => {
  expect(with7("k: 1\n".repeat(100_000))).toHaveLength(501);
  const unknown = with7(Array.from({ length: 60_000 }, (_, i) => `k${i}: 1\n`).join(""));
  expect(unknown).toHaveLength(21);
  expect(unknown[0]).toBe("1:1 schema : 59980 more unknown keys");
});

test("faults of one line are one, of several lines several", () => {
  expect(site(`${good}a: b: c: d\n`)).toHaveLength(1);
  expect(site(`${good}a: @x\nb: @y\n`)).toHaveLength(2);
});
