import { expect, test } from "vitest";
import { certificateRows } from "../../../bin/status/certificate";
import { plain } from "../../../bin/terminal";

const now = 1_800_000_000;
const day = 86_400;
const rows = (until: number | null, problem: string | null = null) =>
  certificateRows({ host: "a.example", until, problem }, now * 1000, (colour, text) => `${colour}(${text})`);

test("how long a certificate is valid, in red for the last week", () => {
  expect(certificateRows(undefined, now, plain)).toEqual([]);
  expect(rows(now + 60 * day)[0]).toEqual(["certificate", "a.example: valid for 60 d"]);
  expect(rows(now + 6 * day)[0]).toEqual(["certificate", "a.example: red(valid for 6 d)"]);
});

test("why it was not renewed, beside how long it is still valid", () => {
  expect(rows(now + 20 * day, "DNS problem")).toEqual([
    ["certificate", "a.example: valid for 20 d"],
    ["", "red(DNS problem)"],
  ]);
  expect(rows(null, "it has expired")[0]).toEqual(["certificate", "a.example: red(none that clients take)"]);
});
