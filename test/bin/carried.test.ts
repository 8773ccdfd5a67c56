import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, TerraformStack } from "cdktf";
import { expect, test } from "vitest";
import { carriedTo, installErrands, isLeftBehind, tellErrands, uninstallErrands } from "../../bin/carried";
import type { StackResult, StackState } from "../../bin/engine/run";
import type { StackJson } from "../../bin/engine/stack-index";
import { CarriedDelivery } from "../../constructs/hpc/carried-delivery";
import { hpc, load, siteOf } from "../config/federation-of";

const files = {
  "sites/a.yaml": hpc("a", 9000, "hubs: {prod: {ports: 9010}, try: {ports: 9020}}\n").replace(
    "login: here",
    "login: {kind: bundle}",
  ),
};

function ended(states: Readonly<Record<string, StackState>>): StackResult[] {
  return Object.entries(states).map(([stack, state]) => ({ stack, state, seconds: 1, detail: "" }));
}

/** What `up` says to bring to the machine after stacks have ended so. */
function errands(states: Readonly<Record<string, StackState>>) {
  const { federation } = load(files);
  if (!federation) throw new Error("no federation");
  const output = mkdtempSync(join(tmpdir(), "isthmus-errands-"));
  try {
    mkdirSync(join(output, "stacks/a-base/carry"), { recursive: true });
    writeFileSync(join(output, "stacks/a-base/carry/fed-a-1.tar.sha256"), "0f  fed-a-1.tar\n");
    return installErrands(federation, output, ended(states)).map((errand) => ({
      ...errand,
      file: errand.file?.slice(output.length),
    }));
  } finally {
    rmSync(output, { recursive: true });
  }
}

test("the whole site in one file, or the parts that are there to be had", () => {
  const install = "echo '0f  fed-a-1.tar' | sha256sum -c - && tar -xf fed-a-1.tar && python3 fed-a-1/install.py";
  const file = "/stacks/a-base/carry/fed-a-1.tar";
  expect(errands({ "a-base": "unchanged", "a-prod": "done", "a-try": "done" })).toEqual([
    { site: "a", command: install, file },
  ]);
  expect(errands({ "a-base": "done", "a-prod": "done", "a-try": "failed" })).toEqual([
    { site: "a", command: `${install} base prod`, file },
  ]);
  expect(errands({ "a-base": "failed", "a-prod": "skipped" })).toEqual([]);
});

/** A stack that has handed out a part. */
function handed(part: string, root: string): StackJson {
  const stack = new TerraformStack(new App(), `a-${part}`);
  new CarriedDelivery(stack, "delivery", { part, site: { root, python: "python3" }, digest: "1", expires: null });
  return stack.toTerraform() as StackJson;
}

test("what was handed out is taken back by a command for each part", () => {
  const stacks = ["prod", "base"].map((part) => ({ site: "a", json: handed(part, "/srv/a") }));
  expect(uninstallErrands([...stacks, { site: "b", json: { resource: { terraform_data: {} } } }])).toEqual([
    {
      site: "a",
      command: "cd && python3 /srv/a/current/base/kit/site.py uninstall --root /srv/a --id prod",
      file: null,
    },
    {
      site: "a",
      command: "cd && python3 /srv/a/current/base/kit/site.py uninstall --root /srv/a --id base",
      file: null,
    },
  ]);
});

test("a site that goes to another directory, or is reached otherwise, leaves something behind", () => {
  const [here, there] = [handed("base", "/srv/a"), handed("base", "/srv/b")];
  expect(isLeftBehind(here, here)).toBe(false);
  expect(isLeftBehind(here, there)).toBe(true);
  expect(isLeftBehind(here, {})).toBe(true);
  expect(isLeftBehind({}, here)).toBe(false);
});

test("errands are told site by site, in lines that can be copied", () => {
  const lines: string[] = [];
  const progress = { state: () => {}, step: () => {}, close: () => {}, line: (text: string) => lines.push(text) };
  const one = { site: "a", command: "first", file: "/x.tar" };
  tellErrands({ progress }, [one, { ...one, command: "second", file: null }, { ...one, site: "b" }], "is to be done");
  expect(lines).toEqual([
    "a  is to be done",
    "  bring /x.tar there and run beside it",
    "  first",
    "  second",
    "b  is to be done",
    "  bring /x.tar there and run beside it",
    "  first",
  ]);
});

test("only such a site is carried to", () => {
  expect(carriedTo(siteOf(files, "a"))?.login).toEqual({ kind: "bundle", user: null, python: "python3" });
  expect(carriedTo(siteOf({ "sites/a.yaml": hpc("a", 9000) }, "a"))).toBeUndefined();
});
