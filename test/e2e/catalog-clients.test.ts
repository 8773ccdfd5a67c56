import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pythonEnvironment } from "../python-environment";
import { type StoreServer, serveFolder } from "../store-server";

const program = join(__dirname, "../../dist/bin/isthmus.js");
const requirements = join(__dirname, "catalog-clients.txt");

let folder: string;
let server: StoreServer;
let python: string;

beforeAll(async () => {
  python = pythonEnvironment("catalog-clients", readFileSync(requirements, "utf8"));
  folder = mkdtempSync(join(tmpdir(), "isthmus-clients-"));
  mkdirSync(join(folder, "public/library"), { recursive: true });
  await run(python, join(__dirname, "catalog_clients.py"), "write", join(folder, "public/library"));
  server = await serveFolder(join(folder, "public"));
  await writeFederation();
});
afterAll(async () => {
  await server?.close();
  if (folder) rmSync(folder, { recursive: true });
});

/** A program beside this process, since the server that it talks to runs here. */
function run(command: string, ...args: string[]): Promise<string> {
  const child = spawn(command, args, { cwd: folder });
  let [out, err] = ["", ""];
  child.stdout.on("data", (text) => {
    out += text;
  });
  child.stderr.on("data", (text) => {
    err += text;
  });
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (status) =>
      status === 0 ? done(out) : fail(new Error(`${command} ${args.join(" ")}: ${status}\n${out}${err}`)),
    );
  });
}

/** A public store with two datasets, and a site that publishes the catalog but is down: nothing listens at its address. */
async function writeFederation(): Promise<void> {
  const down = await serveFolder(folder);
  await down.close();
  const files = {
    "federation.yaml": "format: 1\nfederation: lab\ntitle: Lab\ncontact: ops@example.org\nsites: [sites/*.yaml]\n",
    "sites/archive.yaml": `site: archive
institution: Archive
provider: store
endpoint: ${server.url}
anonymous: true
lake:
  buckets:
    library: { purpose: library, existing: library, public: true }
datasets:
  v2: { title: Zarr v2, bucket: library, path: v2, kind: zarr, license: CC0-1.0 }
  v3: { title: Zarr v3, bucket: library, path: v3, kind: zarr, license: CC0-1.0 }
`,
    "sites/east.yaml": `site: east
institution: East
provider: hpc
login: here
scheduler: { kind: local }
listen: { port: ${new URL(down.url).port} }
`,
  };
  mkdirSync(join(folder, "sites"));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
}

test("scientists' clients open what the catalog lists, unchanged: Zarr v2 and v3, from a store that cannot be listed", async () => {
  const recorded = await run(process.execPath, program, "catalog", "record");
  expect(recorded).toContain(
    "archive/v2  recorded: t2m (member 2, time 6, lat 9, lon 18), 2001-02-26 to 2001-03-01, bbox -180, -80, 180, 80, 0.01 MB\n",
  );
  expect(recorded).toContain(
    "archive/v3  recorded: t2m (member 2, time 6, lat 9, lon 18), 2001-02-26 to 2001-03-01, bbox -180, -80, 180, 80, 0.01 MB\n",
  );
  await run(process.execPath, program, "catalog", "build", "--output", "built");
  cpSync(join(folder, "built"), join(folder, "public"), { recursive: true });
  const opened = await run(
    python,
    join(__dirname, "catalog_clients.py"),
    "open",
    join(folder, "public/library"),
    server.url,
  );
  const ways = ["xarray", "xpystac", "xpystac, older type", "intake"];
  expect(JSON.parse(opened)).toEqual({ v2: ways, v3: ways });
});
