import { expect, test } from "vitest";
import { consentOf } from "../../../bin/engine/consent";

const lake = { resource: { aws_s3_bucket: { scratch: {} } } };
const configs = new Map([
  ["east-lake", [lake]],
  ["west-lake", [lake, { resource: { aws_s3_bucket: { old: {} } } }]],
  ["west-base", [{}]],
]);

test("an address with its stack is clear", () => {
  const consent = consentOf(["east-lake:aws_s3_bucket.scratch"], true, configs);
  expect([...consent("east-lake").addresses]).toEqual(["aws_s3_bucket.scratch"]);
  expect(consent("west-lake").addresses.size).toBe(0);
  expect(consent("west-lake").unprotected).toBe(true);
});

test("an address alone is enough when one stack has it, in its new or its applied form", () => {
  expect([...consentOf(['aws_s3_bucket.old["a:b"]'], false, configs)("west-lake").addresses]).toEqual([
    'aws_s3_bucket.old["a:b"]',
  ]);
});

test("an address of two stacks asks which one, one of no stack is wrong", () => {
  expect(() => consentOf(["aws_s3_bucket.scratch"], false, configs)).toThrow(
    "--destroy aws_s3_bucket.scratch: several stacks have it, say east-lake:aws_s3_bucket.scratch or west-lake:aws_s3_bucket.scratch",
  );
  expect(() => consentOf(["aws_s3_bucket.nope"], false, configs)).toThrow(
    "--destroy aws_s3_bucket.nope: no stack of this run has it (east-lake, west-lake, west-base)",
  );
});
