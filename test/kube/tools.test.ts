import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { builds, folderOf, goModule, KUBERNETES } from "./tools/definitions";
import { exclusively } from "./tools/lock";
import { missingTools, tool, toolsReady } from "./tools/tools";

const missing = missingTools();

beforeEach(({ skip }) => {
  if (missing) skip(missing);
});

test("every program is there, in the version that is pinned", { timeout: 75 * 60_000 }, async () => {
  await toolsReady();
  const says = (name: Parameters<typeof tool>[0], ...args: string[]) =>
    execFileSync(tool(name), args, { encoding: "utf8" });
  for (const name of ["kube-apiserver", "kube-controller-manager", "kube-scheduler"] as const)
    expect(says(name, "--version")).toBe(`Kubernetes v${KUBERNETES}\n`);
  expect(says("etcd", "--version")).toContain("etcd Version: 3.6.14");
  expect(says("kubectl", "version", "--client")).toContain("v1.35");
  expect(says("helm", "version", "--short")).toContain("v4.");
  expect(says("kube-score", "list").length).toBeGreaterThan(0);
  expect(says("kwok", "--help")).toContain("--manage-all-nodes");
  expect(says("kubeconform", "-h")).toContain("-schema-location");
});

test("a build's place changes with its version, what the linker sets and what is patched", () => {
  const [etcd] = builds;
  if (!etcd) throw new Error("no build");
  const places = [
    etcd,
    { ...etcd, version: "v3.6.13" },
    { ...etcd, set: { a: "b" } },
    { ...etcd, patch: { a: ["b", "c"] as const } },
  ];
  expect(new Set(places.map(folderOf)).size).toBe(places.length);
  expect(goModule(etcd)).toContain("require go.etcd.io/etcd/server/v3 v3.6.14");
});

test("one process at a time works under a name, and a killed one leaves no lock", async () => {
  const name = mkdtempSync(join(tmpdir(), "isthmus-lock-"));
  const address = `"\\0isthmus-" + require("node:crypto").createHash("sha256").update(${JSON.stringify(name)}).digest("hex").slice(0, 32)`;
  const code = `require("node:net").createServer().listen(${address}, () => console.log("held"))`;
  const holder = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    await once(holder.stdout, "data");
    const order: string[] = [];
    const work = exclusively(name, async () => order.push("worked"));
    const ended = once(holder, "exit").then(() => order.push("holder gone"));
    holder.kill("SIGKILL");
    await Promise.all([work, ended]);
    expect(order.sort()).toEqual(["holder gone", "worked"]);
    let inside = 0;
    let most = 0;
    const one = () =>
      exclusively(name, async () => {
        most = Math.max(most, ++inside);
        await new Promise(setImmediate);
        inside--;
      });
    await Promise.all([one(), one(), one()]);
    expect(most).toBe(1);
  } finally {
    holder.kill("SIGKILL");
    rmSync(name, { recursive: true });
  }
});
