import { expect, test } from "vitest";
import { faultsOf, hpc, plain, store } from "../federation-of";

const library = "lake: {buckets: {c: {purpose: library, public: true}}}\n";
const storage = "storage: {sidecar: true}\n";

test("a copy of another site's dataset where S3 reads no extended attributes", () => {
  const from = `lake: {buckets: {l: {purpose: library, public: true, existing: theirs}}}
datasets: {d: {${plain}, bucket: l, path: data/d, mirrors: {h: {bucket: c}}}}
`;
  const files = (rest: string) => ({
    "sites/s.yaml": store("s", from),
    "sites/h.yaml": hpc("h", 9000, library + rest),
  });
  expect(faultsOf(files(""))).toEqual([]);
  expect(faultsOf(files(storage))).toEqual([
    expect.stringMatching(/sidecar storage.sidecar: S3 would not see what the copy of d has in extended attributes$/),
  ]);
  expect(faultsOf({ "sites/h.yaml": hpc("h", 9000, library + storage) })).toEqual([]);
});
