import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Failure } from "../../../bin/failure";
import { clientPackage } from "../../../bin/state/client-package";

test("a client that is not installed is asked for", () => {
  const load = () => clientPackage("isthmus-absent", "state in a store");
  expect(load).toThrow(Failure);
  expect(load).toThrow("state in a store needs a package that is not installed: npm install isthmus-absent@");
});

test("one that is there and lacks something of its own is told as it is", () => {
  const folder = mkdtempSync(join(tmpdir(), "isthmus-client-"));
  const broken = join(folder, "broken.cjs");
  writeFileSync(broken, 'require("isthmus-absent");\n');
  const load = () => clientPackage(broken, "state in a store");
  expect(load).toThrow("Cannot find module 'isthmus-absent'");
  expect(load).not.toThrow(Failure);
  rmSync(folder, { recursive: true });
});

test("the clients that there are are loaded", () => {
  expect(clientPackage("@google-cloud/storage", "state")).toHaveProperty("Storage");
  expect(clientPackage("@aws-sdk/client-s3", "state")).toHaveProperty("S3Client");
});
