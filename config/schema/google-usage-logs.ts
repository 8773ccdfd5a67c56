import { block, count, id } from "./fields";

/** Logs of a bucket's use that Google writes itself. */
export const usageLogs = block({
  into: id.describe(
    "A persistent bucket of this lake that is made, another one whose own use is not logged: logs lie there below _usage/. Who reads that bucket reads them.",
  ),
  keepDays: count(1, 3650).optional().describe("Days that a log is kept. Default 60."),
}).describe(
  "Google writes each hour who asked for what of the bucket, with address, object, bytes and answer, as CSV, and each day how much lies in it: who reads a public bucket, and which of it nobody does. At no cost but what the logs take. Default none.",
);
