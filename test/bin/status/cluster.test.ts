import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type IndexEntry, writeIndex } from "../../../bin/engine/stack-index";
import { stateDirectory } from "../../../bin/engine/state-directory";
import { Records } from "../../../bin/state/stores";
import { clusterStatus } from "../../../bin/status/cluster";
import { showStatus } from "../../../bin/status/show";
import { clusterSite } from "../../config/cluster-site";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-status-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const site = clusterSite();
const never = () => ({ expires: null, expired: false, expiresAtSite: null });

async function statusWith(applied: readonly string[]) {
  const state = stateDirectory(folder, "fed");
  for (const stack of applied) writeIndex(state, { stack, site: site.id, status: "applied" } as IndexEntry);
  const records = await Records.read(state);
  return clusterStatus(site, { index: records.index, records }, [], never);
}

test("a site in a cluster stands as its stacks do", async () => {
  expect((await statusWith([])).state).toBe("not deployed");
  expect(await statusWith(["alps-services"])).toMatchObject({
    state: "partly deployed",
    hubs: { prod: { standing: "not deployed" } },
  });
  const all = await statusWith([
    "alps-homes",
    "alps-services",
    "alps-catalog",
    "alps-prod",
    "alps-workshop",
    "alps-hydrology",
  ]);
  expect(all).toMatchObject({
    state: "deployed",
    hub: "https://prod.alps.pangeo.example/",
    catalog: "https://data.alps.pangeo.example/stac/catalog.json",
  });
});

test("records that people make are listed, with the address once it is known", async () => {
  const sites = async () => ({ alps: await statusWith(["alps-services"]) });
  const about = { federation: "fed", title: "fed", faults: null, busy: null, unread: [], stacks: [] };
  const told = async () => showStatus({ ...about, sites: await sites() });
  expect(await told()).toContain("the site's address, which is known once its services are deployed");
  mkdirSync(join(folder, "state/fed"), { recursive: true });
  writeFileSync(
    join(folder, "state/fed/alps-services.tfstate"),
    JSON.stringify({ outputs: { address: { value: "203.0.113.7" } } }),
  );
  expect(await told()).toContain("alps.pangeo.example, data.alps.pangeo.example, prod.alps.pangeo.example");
  expect(await told()).toContain("records of these that point at 203.0.113.7");
});
