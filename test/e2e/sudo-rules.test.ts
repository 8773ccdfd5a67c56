import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { sudoersText } from "../../constructs/hpc/sudoers";
import { visudo, whyNoVisudo } from "./slurm/sudo";

const needs = whyNoVisudo();
beforeEach(({ skip }) => skip(needs !== undefined, needs));

const folder = mkdtempSync(join(tmpdir(), "isthmus-visudo-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What visudo says of rules. */
function checked(text: string): string {
  const { program, env } = visudo(join(folder, "sudo"));
  const file = join(folder, "sudoers");
  writeFileSync(file, text, { mode: 0o440 });
  const { status, stdout, stderr } = spawnSync(program, ["-cf", file], { encoding: "utf8", env });
  rmSync(file);
  return status === 0 ? "fine" : stdout + stderr;
}

test("visudo takes the rules of a service account, whatever its people are called", () => {
  const rules = {
    federation: "pangeo",
    site: "rhine-2",
    kind: "slurm" as const,
    user: "svc.pangeo",
    commands: "/opt/slurm/22.05+1/bin",
    file: "f",
    services: [],
  };
  const groups = ["climate", "c_3.x-y"];
  expect(checked(sudoersText({ ...rules, users: ["ann", "bo@rhine.example", "c.d-e_f"], groups }))).toBe("fine");
  expect(checked(sudoersText({ ...rules, users: [], groups: ["climate"] }))).toBe("fine");
  expect(checked(sudoersText({ ...rules, users: ["ann"], groups: [] }).replace("NOPASSWD", "NOPASWORD"))).toContain(
    "syntax error",
  );
});
