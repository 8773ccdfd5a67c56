import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { stateDirectory } from "../../../bin/engine/state-directory";
import { Records } from "../../../bin/state/stores";
import { showStatus } from "../../../bin/status/show";
import { siteStatuses } from "../../../bin/status/sites";
import { hpc, load } from "../../config/federation-of";

const folder = mkdtempSync(join(tmpdir(), "isthmus-status-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a person is shown of a site on this machine with a bucket of these keys. */
async function shown(bucket: string): Promise<string> {
  const loaded = load({ "sites/a.yaml": hpc("a", 9000, `lake: {buckets: {b: {${bucket}}}}\n`) });
  if (!loaded.federation) throw new Error("no federation");
  const config = { ...loaded, federation: loaded.federation, file: "", directory: folder };
  const records = await Records.read(stateDirectory(folder, "fed"));
  const sites = await siteStatuses(config, { sites: [], index: records.index, records });
  return showStatus({ federation: "fed", title: "fed", faults: null, busy: null, unread: [], stacks: [], sites });
}

test("where a centre deletes by its own rules is said, and nowhere else", async () => {
  expect(await shown("purpose: scratch, expire: centre")).toMatch(
    /scratch +fed-a-b: the centre deletes there by its own rules/,
  );
  expect(await shown("purpose: scratch")).not.toContain("the centre");
});
