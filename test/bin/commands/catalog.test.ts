import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temperature, writeStore } from "../../small-store";
import { type StoreServer, serveFolder } from "../../store-server";

const program = join(__dirname, "../../../dist/bin/isthmus.js");
let folder: string;
let server: StoreServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-catalog-"));
  server = await serveFolder(join(folder, "store"));
  await writeStore(join(folder, "store/library/t2m"), 3, temperature);
  mkdirSync(join(folder, "sites"));
  writeFileSync(
    join(folder, "federation.yaml"),
    "format: 1\nfederation: lab\ntitle: Lab\ncontact: ops@example.org\nsites: [sites/*.yaml]\n",
  );
  writeFileSync(join(folder, "sites/archive.yaml"), site(server.url));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

function site(endpoint: string): string {
  const dataset = (id: string) =>
    `  ${id}: { title: ${id}, bucket: library, path: ${id}, kind: zarr, license: CC0-1.0 }\n`;
  return `site: archive
institution: Archive
provider: store
endpoint: ${endpoint}
anonymous: true
lake:
  buckets:
    library: { purpose: library, existing: library, public: true }
datasets:
${dataset("t2m")}${dataset("lost")}`;
}

/** The command, beside this process: the server that it asks runs here. */
function isthmus(...args: string[]): Promise<{ status: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [program, "catalog", ...args], { cwd: folder });
  let [out, err] = ["", ""];
  child.stdout.on("data", (text) => {
    out += text;
  });
  child.stderr.on("data", (text) => {
    err += text;
  });
  return new Promise((done) => child.on("close", (status) => done({ status, out, err })));
}

test("record reads what it can, tells what failed and why, and ends with 3 for it", async () => {
  const { status, out, err } = await isthmus("record");
  expect(out).toBe(
    "archive/t2m  recorded: air_temperature (time 2, latitude 3, longitude 4), 1860-02-29 to 1861-02-28, bbox -135, 15, -123.75, 20, 0.00 MB\n1 recorded, 1 failed\nnext: look at the records in catalog/ and commit them; isthmus up brings the pages to every site\n",
  );
  expect(err).toBe(
    `archive/lost  failed: ${server.url}/library/lost: no Zarr store there (neither zarr.json nor .zmetadata); publish the dataset first, or correct its \`bucket\` and \`path\`\n`,
  );
  expect(status).toBe(3);
  expect(readdirSync(join(folder, "catalog/archive"))).toEqual(["t2m.json"]);
});

test("record of one dataset; an unknown id is a usage error", async () => {
  expect(await isthmus("record", "--dataset", "t2m")).toMatchObject({
    status: 0,
    out: expect.stringContaining("1 unchanged"),
  });
  expect(await isthmus("record", "--dataset", "t2n")).toMatchObject({
    status: 2,
    err: 'isthmus: no dataset t2n: did you mean "t2m"?\n',
  });
});

test("build writes the same pages each time and nothing over somebody's files", async () => {
  const first = await isthmus("build", "federation.yaml", "--output", "public");
  expect(first).toMatchObject({ status: 0, out: "5 pages in public: stac/catalog.json, intake/catalog.yaml\n" });
  const collection = join(folder, "public/stac/archive/t2m/collection.json");
  const text = readFileSync(collection, "utf8");
  writeFileSync(join(folder, "public/stac/stale.json"), "{}");
  expect((await isthmus("build", "--output", "public")).status).toBe(0);
  expect(readFileSync(collection, "utf8")).toBe(text);
  expect(readdirSync(join(folder, "public/stac")).sort()).toEqual(["archive", "catalog.json"]);
  mkdirSync(join(folder, "other/stac"), { recursive: true });
  writeFileSync(join(folder, "other/stac/mine.txt"), "");
  expect(await isthmus("build", "--output", "other")).toMatchObject({
    status: 2,
    err: expect.stringContaining("holds something else than a catalog"),
  });
});
