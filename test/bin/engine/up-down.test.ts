import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readIndex } from "../../../bin/engine/stack-index";
import { Lab, statesOf } from "./lab";

/** Stacks of one line of dependency beside an independent one, run by the real engine. */
let lab: Lab;
beforeEach(() => {
  lab = new Lab();
});
afterEach(() => lab.remove());

const note = (what: string) => `echo ${what} >> ../../../journal`;
const both = (name: string) => ({ install: note(`+${name}`), uninstall: note(`-${name}`) });
const four = {
  "east-base": both("east-base"),
  "east-prod": { ...both("east-prod"), needs: ["east-base"] },
  "west-base": both("west-base"),
  "west-prod": { ...both("west-prod"), needs: ["west-base"] },
};

test("stacks come after what they need, a second run changes nothing, and they go in reverse", async () => {
  lab.write(four);
  expect(statesOf(await lab.up())).toEqual({
    "east-base": "done",
    "east-prod": "done",
    "west-base": "done",
    "west-prod": "done",
  });
  const made = lab.journalLines();
  expect(made.indexOf("+east-base")).toBeLessThan(made.indexOf("+east-prod"));
  expect(made.indexOf("+west-base")).toBeLessThan(made.indexOf("+west-prod"));

  const again = await lab.up();
  expect(Object.values(again).map((r) => r.state)).toEqual(["unchanged", "unchanged", "unchanged", "unchanged"]);
  expect(lab.journalLines()).toEqual(made);

  expect(readdirSync(lab.state.plans)).toEqual([]);

  await lab.down();
  const gone = lab.journalLines().slice(4);
  expect([...gone].sort()).toEqual(["-east-base", "-east-prod", "-west-base", "-west-prod"]);
  expect(gone.indexOf("-east-prod")).toBeLessThan(gone.indexOf("-east-base"));
  expect(readIndex(lab.state).size).toBe(0);
});

test("independent stacks run at the same time", async () => {
  // each waits for the other's file, so that one after the other could never end well
  const meet = (mine: string, other: string) =>
    `touch ../../../${mine}; for i in $(seq 1200); do [ -e ../../../${other} ] && exit 0; sleep 0.05; done; exit 1`;
  lab.write({ a: { install: meet("a", "b") }, b: { install: meet("b", "a") } });
  expect(statesOf(await lab.up())).toEqual({ a: "done", b: "done" });
});

test("a target brings what it needs and nothing else; taking it down takes what needs it", async () => {
  lab.write(four);
  expect(Object.keys(await lab.up(["east-prod"]))).toEqual(["east-base", "east-prod"]);
  expect(Object.keys(await lab.down(["east-base"]))).toEqual(["east-prod", "east-base"]);
});

test("after a failure dependents are skipped, others end, and the next run goes on from there", async () => {
  const fails = `[ -e ../../../fixed ] || { echo "isthmus: step one"; echo "isthmus: error: port 8610 is taken (log: x.log)" >&2; exit 1; }`;
  lab.write({ ...four, "east-base": { install: fails } });
  const first = await lab.up();
  expect(statesOf(first)).toEqual({
    "east-base": "failed",
    "east-prod": "skipped",
    "west-base": "done",
    "west-prod": "done",
  });
  expect(first["east-base"]?.detail).toBe("port 8610 is taken (log: x.log)");
  expect(first["east-prod"]?.detail).toBe("waits for east-base");
  expect(lab.lines).toEqual(["east-base: step one"]);
  expect(readIndex(lab.state).get("east-base")?.status).toBe("applying");
  const log = first["east-base"]?.log ?? "";
  expect(statSync(log).mode & 0o777).toBe(0o600);
  expect(readFileSync(log, "utf8")).toContain("isthmus: error: port 8610 is taken");

  lab.touch("fixed");
  expect(statesOf(await lab.up())).toEqual({
    "east-base": "done",
    "east-prod": "done",
    "west-base": "unchanged",
    "west-prod": "unchanged",
  });
  expect(readIndex(lab.state).get("east-base")?.status).toBe("applied");
});

test("a failed uninstall keeps what it stands on, and the rest goes", async () => {
  lab.write({ ...four, "east-prod": { needs: ["east-base"], uninstall: "[ -e ../../../fixed ]" } });
  await lab.up();
  expect(statesOf(await lab.down())).toEqual({
    "east-prod": "failed",
    "east-base": "skipped",
    "west-prod": "done",
    "west-base": "done",
  });
  expect([...readIndex(lab.state).keys()]).toEqual(["east-base", "east-prod"]);
  lab.touch("fixed");
  expect(statesOf(await lab.down())).toEqual({
    "east-prod": "done",
    "east-base": "done",
    "west-prod": "unchanged",
    "west-base": "unchanged",
  });
});

test("a stack that left the config is recorded and goes from its record, with what needs it", async () => {
  lab.write(four);
  await lab.up();
  lab.write({ "east-base": four["east-base"], "east-prod": four["east-prod"] });
  expect(existsSync(join(lab.output, "stacks", "west-base"))).toBe(false);
  expect(Object.keys(await lab.up())).toEqual(["east-base", "east-prod"]);
  expect([...readIndex(lab.state).keys()]).toContain("west-base");

  expect(statesOf(await lab.down(["west-base"]))).toEqual({ "west-prod": "done", "west-base": "done" });
  expect(lab.journalLines().slice(-2)).toEqual(["-west-prod", "-west-base"]);
  expect([...readIndex(lab.state).keys()]).toEqual(["east-base", "east-prod"]);
});

test("another root is refused as the engine plans it, until that is agreed to; the old one is then uninstalled", async () => {
  const at = (root: string) => {
    const provisioner = [{ "local-exec": { when: "destroy", command: note("-base") } }];
    const site = { input: { root, part: "base" }, triggers_replace: { root }, provisioner };
    lab.write({ "east-base": { more: { resource: { terraform_data: { site } } } } });
  };
  at("one");
  await lab.up();
  at("two");
  const refused = await lab.up();
  expect(refused["east-base"]?.state).toBe("failed");
  expect(refused["east-base"]?.detail).toContain("leave one for two, which starts without its buckets");
  expect(lab.journalLines()).toEqual([]);
  const agreed = await lab.up(undefined, ["east-base:terraform_data.site"]);
  expect(statesOf(agreed)).toEqual({ "east-base": "done" });
  expect(lab.journalLines()).toEqual(["-base"]);
});

test("a changed digest makes the bundle anew without an uninstall, and is what the record then says", async () => {
  lab.write({ a: both("a") });
  await lab.up();
  const before = readIndex(lab.state).get("a");
  lab.write({ a: { ...both("a"), digest: "2" } });
  const result = await lab.up();
  expect(result.a?.detail).toBe("1 renewed");
  expect(lab.journalLines()).toEqual(["+a", "+a"]);
  expect(readIndex(lab.state).get("a")?.digest).not.toBe(before?.digest);
});

test("what is made again as it was recorded is recorded as applied, not as under way", async () => {
  lab.write({ a: both("a") });
  await lab.up();
  rmSync(join(lab.state.root, "a.tfstate"));
  expect(statesOf(await lab.up())).toEqual({ a: "done" });
  expect(readIndex(lab.state).get("a")?.status).toBe("applied");
});

test("a run without changes writes no record", async () => {
  lab.write({ a: {} });
  await lab.up();
  const record = join(lab.state.index, "a.json");
  const before = statSync(record, { bigint: true }).mtimeNs;
  await lab.up();
  expect(statSync(record, { bigint: true }).mtimeNs).toBe(before);
});

test("an engine that changed is told", async () => {
  lab.write({ a: {} });
  await lab.up();
  const record = join(lab.state.index, "a.json");
  writeFileSync(record, readFileSync(record, "utf8").replace(/"product": "\w+"/, '"product": "Other"'));
  await lab.up();
  const { product, version } = await lab.engine();
  expect(lab.lines.join("\n")).toMatch(
    new RegExp(`a: warning: applied by Other ${version} before, now by ${product} ${version}`),
  );
});

test("a failing precondition is told in its own words", async () => {
  const precondition = [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's expression
    { condition: "${timecmp(plantimestamp(), local.end) < 0}", error_message: "expired on 2020-01-01." },
  ];
  const json = {
    locals: { end: "2020-01-01T00:00:00Z" },
    resource: { terraform_data: { site: { input: { root: "x" }, lifecycle: { precondition } } } },
  };
  lab.write({ a: { more: json } });
  const result = await lab.up();
  expect(result.a?.detail).toBe("expired on 2020-01-01.");
  expect(statesOf(await lab.down())).toEqual({ a: "unchanged" });
});

test("directories that were made ready are not made ready again, unless their backend changes or they vanish", async () => {
  const inits = () => readFileSync(lab.state.log("a"), "utf8").includes("$ init");
  lab.write({ a: {} });
  await lab.up();
  expect(inits()).toBe(true);
  await lab.up();
  expect(inits()).toBe(false);
  lab.write({ a: { more: { terraform: { backend: { local: { path: "../../../state/demo/moved.tfstate" } } } } } });
  await lab.up();
  expect(inits()).toBe(true);
});
