import { join } from "node:path";
import { expect, test } from "vitest";
import { lockedLine } from "../../../bin/engine/locked-line";

const engine = { command: "/opt/bin/tofu", product: "OpenTofu", version: "1.12.0", from: "path" } as const;
const directory = join(process.cwd(), "cdktf.out/stacks/east-base");
const detail = `Error message: operation error S3: PutObject, https response error StatusCode: 412, api error PreconditionFailed
Lock Info:
  ID:        6d5f7c1e-0000-0000-0000-000000000000
  Path:      demo-state/demo/east-base.tfstate
  Operation: OperationTypeApply
  Who:       ann@delta
  Version:   1.12.0
  Created:   2026-11-26 12:00:00.5 +0000 UTC
  Info:      

Terraform acquires a state lock to protect the state from being written
by multiple users at the same time.`;

test("who holds a lock, since when, and what opens it", () => {
  const errors = [{ summary: "Error acquiring the state lock", detail }];
  expect(lockedLine(errors, { engine, directory })).toBe(
    "it is being changed by ann@delta (apply since 2026-11-26 12:00:00.5 +0000 UTC): wait until that ends and run this again; only if that run was killed, open its lock: tofu -chdir=cdktf.out/stacks/east-base force-unlock 6d5f7c1e-0000-0000-0000-000000000000",
  );
  expect(lockedLine(errors, { engine: { ...engine, from: "environment" }, directory })).toContain(
    ": /opt/bin/tofu -chdir",
  );
});

test("other failures, and a lock that nobody is named for, stay the engine's words", () => {
  expect(lockedLine([{ summary: "Error: no", detail }], { engine, directory })).toBeUndefined();
  const denied = [{ summary: "Error acquiring the state lock", detail: "Error message: AccessDenied" }];
  expect(lockedLine(denied, { engine, directory })).toBeUndefined();
});
