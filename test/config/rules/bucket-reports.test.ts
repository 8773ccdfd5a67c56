import { expect, test } from "vitest";
import { aws, faultsOf, google } from "../federation-of";

const faults = (into: string, other = "p: {purpose: persistent}") =>
  faultsOf({
    "sites/a.yaml": aws("a", "", `l: {purpose: library, public: true, inventory: {into: ${into}}}, ${other}`),
  });
const at = "sites/a.yaml:6:72 bucket-reports lake.buckets.l.inventory.into:";

test("lists of S3 go where no bucket is, into the bucket itself, to datasets, to scratch, or where nothing is changed", () => {
  expect(faults("q")).toEqual([`${at} this site has no such bucket`]);
  expect(faults("l")).toEqual([`${at} lists of a bucket's objects would be listed in the next one`]);
  expect(faults("m", "m: {purpose: library}")).toEqual([
    `${at} this is a library, where datasets lie and whose readers are theirs`,
  ]);
  expect(faults("s", "s: {purpose: scratch}")).toEqual([`${at} what is in scratch expires by store`]);
  expect(faults("p", "p: {purpose: persistent, existing: old-data}")).toEqual([
    `${at} the bucket exists, and its policy is not changed to let S3 write there`,
  ]);
});

test("into a persistent bucket that is made; none of a bucket that exists", () => {
  expect(faults("p")).toEqual([]);
  const theirs = "o: {purpose: library, existing: old-data, inventory: {into: p}}, p: {purpose: persistent}";
  expect(faultsOf({ "sites/a.yaml": aws("a", "", theirs) })).toEqual([
    "sites/a.yaml:6:60 existing-buckets lake.buckets.o.inventory: the bucket exists, and nothing of it is changed",
  ]);
});

const logs = (into: string, other = "p: {purpose: persistent}") =>
  faultsOf({
    "sites/a.yaml": google("a", "", `l: {purpose: library, public: true, usageLogs: {into: ${into}}}, ${other}`),
  });
const logsAt = "sites/a.yaml:6:72 bucket-reports lake.buckets.l.usageLogs.into:";

test("the same of logs of Google, which go neither where logs are logged", () => {
  expect(logs("q")).toEqual([`${logsAt} this site has no such bucket`]);
  expect(logs("l")).toEqual([`${logsAt} writing logs of a bucket's use would be use that is logged`]);
  expect(logs("s", "s: {purpose: scratch}")).toEqual([`${logsAt} what is in scratch expires by store`]);
  expect(logs("p", "p: {purpose: persistent, existing: old-data}")).toEqual([
    `${logsAt} the bucket exists, and its policy is not changed to let Google write there`,
  ]);
  expect(logs("p", "p: {purpose: persistent, usageLogs: {into: q}}, q: {purpose: persistent}")).toEqual([
    `${logsAt} its own use is logged, and so would be what is written there`,
  ]);
  expect(logs("p")).toEqual([]);
});
