import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { engineEnvironment } from "../../bin/engine/environment";
import { findEngine } from "../../bin/engine/find";
import { readableStack } from "./readable";
import { filesBelow, repository, synth } from "./synth-demo";
import { type Change, changed, copyOfExample, count, stacksOfExample } from "./synth-example";

let folder: string;
let cluster: ReadonlyMap<string, string>;
let campus: ReadonlyMap<string, string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-kubernetes-"));
  cluster = stacksOf("cluster");
  campus = stacksOf("campus");
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The one site of each example. */
const siteOf = { cluster: "alps", campus: "campus" } as const;

/** Synthesizes an example federation, perhaps with the text of its one site changed: stack -> its JSON. */
function stacksOf(name: keyof typeof siteOf, ...changes: readonly Change[]): Map<string, string> {
  return stacksOfExample(folder, name, siteOf[name], changes);
}

test("a site with three hubs: each stack as reviewed, in at most 400 lines", async () => {
  for (const [name, text] of cluster) {
    expect(readableStack(text).split("\n").length).toBeLessThanOrEqual(400);
    await expect(readableStack(text)).toMatchFileSnapshot(join(repository, "test/golden/cluster", `${name}.json`));
  }
  const golden = [...filesBelow(join(repository, "test/golden/cluster")).keys()];
  expect(golden).toEqual([...cluster.keys()].map((name) => `${name}.json`));
});

test("a wrong key of a chart's values was seen by an apply only: the engine checks those of every release when it plans", () => {
  type Releases = Readonly<Record<string, { readonly lint?: boolean }>>;
  const releases = [...cluster].flatMap(([name, text]) => {
    const { helm_release = {} } = (JSON.parse(text) as { resource: { helm_release?: Releases } }).resource;
    return Object.entries(helm_release).map(([id, { lint }]) => ({ release: `${name}/${id}`, lint }));
  });
  expect(releases.length).toBeGreaterThan(cluster.size);
  expect(releases.filter(({ lint }) => lint !== true)).toEqual([]);
});

test("changing a hub changes its stack alone; a dataset that is added changes the catalog's", () => {
  const placeholders: [string, string] = ["placeholders: { users: 5 }", "placeholders: { users: 6 }"];
  expect(changed(cluster, stacksOf("cluster", placeholders))).toEqual(["alps-workshop"]);
  const people: [string, string] = [
    "allow: { idps: [ashford.example] }",
    "allow: { idps: [ashford.example, alder.example] }",
  ];
  expect(changed(campus, stacksOf("campus", people))).toEqual(["campus-ashford"]);
  const dataset = "  melt:\n    { title: Melt, bucket: library, path: melt, kind: zarr, license: CC-BY-4.0 }\n";
  expect(changed(cluster, stacksOf("cluster", ["datasets:\n", `datasets:\n${dataset}`]))).toEqual(["alps-catalog"]);
});

test("another image of a hub changes what pulls images too", () => {
  const images: [string, string] = [
    "quay.io/pangeo/pytorch-notebook:2026.06.04",
    "quay.io/pangeo/pytorch-notebook:2026.07.01",
  ];
  expect(changed(cluster, stacksOf("cluster", images))).toEqual(["alps-prod", "alps-services"]);
});

test("a hub that is added changes beside its own stack what lists the hubs: portal and Prometheus", () => {
  const line = "  extra: { use: course, allow: everyone, expires: 2031-07-18, home: main }\n";
  const added = stacksOf("cluster", ["\nhubs:\n", `\nhubs:\n${line}`]);
  expect(added.get("alps-extra")).toContain("extra.{{user}}");
  // The chart restarts the server of everybody's homes with each change of its values.
  expect(changed(cluster, added)).toEqual(["alps-catalog", "alps-extra", "alps-services"]);
  const releases = (stacks: typeof cluster) =>
    new Map(
      Object.entries(JSON.parse(stacks.get("alps-services") ?? "").resource.helm_release as object).map(
        ([id, release]) => [id, JSON.stringify(release)],
      ),
    );
  expect(changed(releases(cluster), releases(added))).toEqual([expect.stringMatching(/^prometheus_/)]);
});

test("D11: Dask's resource definitions come with the services, once; a hub brings none, however it is written", () => {
  for (const stacks of [cluster, campus])
    for (const [name, text] of stacks) {
      const { helm_release = {} } = JSON.parse(text).resource as { helm_release?: Record<string, DaskRelease> };
      const brings = text.includes("daskclusters.gateway.dask.org") && text.includes("CustomResourceDefinition");
      expect(brings, name).toBe(name.endsWith("-services"));
      for (const { chart, skip_crds } of Object.values(helm_release))
        if (chart === "dask-gateway") expect(skip_crds, name).toBe(true);
    }
});

interface DaskRelease {
  readonly chart: string;
  readonly skip_crds?: boolean;
}

test("ninety-five hubs take a line each, and share one scheduler, one puller a pool and one certificate", () => {
  const site = readFileSync(join(repository, "config/federations/campus/sites/campus.yaml"), "utf8");
  expect(site.split("\n").filter((line) => /^ {2}[a-z-]+: \{ use: college/.test(line))).toHaveLength(95);
  expect(campus.size).toBe(95 + 3);
  expect(count(campus, '"kind":"KubeSchedulerConfiguration"'.replaceAll('"', '\\"'))).toBe(1);
  expect(count(campus, '"kind":"DaemonSet"')).toBe(1);
  expect(count(campus, '"kind":"Certificate"')).toBe(1);
  expect(count(campus, "cert-manager.io/cluster-issuer")).toBe(0);
  expect(count(cluster, "cert-manager.io/cluster-issuer")).toBe(4); // a certificate for each hub, one for portal and data
});

test("no stack reads another's state, nothing names this machine, and two synths are equal", () => {
  for (const text of [...cluster.values(), ...campus.values()]) {
    expect(text).not.toContain("terraform_remote_state");
    expect(text).not.toContain(repository);
    expect(text).not.toContain(folder);
  }
  expect(changed(cluster, stacksOf("cluster"))).toEqual([]);
});

test("two hubs share no cluster-wide name", () => {
  const wide = [...cluster].flatMap(([stack, text]) =>
    Object.values((JSON.parse(text).resource.helm_release ?? {}) as Record<string, { values: string[] }>).flatMap(
      ({ values }) => {
        const { objects = [] } = JSON.parse(values[0] ?? "{}") as { objects?: { kind: string; metadata: Named }[] };
        return objects
          .filter(({ metadata }) => metadata.namespace === undefined)
          .map(({ kind, metadata }) => `${kind} ${metadata.name} ${stack}`);
      },
    ),
  );
  expect(wide.length).toBeGreaterThan(15);
  const names = wide.map((line) => line.split(" ").slice(0, 2).join(" "));
  expect(new Set(names).size).toBe(names.length);
});

interface Named {
  readonly name: string;
  readonly namespace?: string;
}

/** Where the engine's providers are at hand in a mirror (`TF_CLI_CONFIG_FILE`), it checks every argument against their schemas. */
test("the engine accepts each stack", async ({ skip }) => {
  const file = process.env.TF_CLI_CONFIG_FILE;
  if (file === undefined || !existsSync(file))
    return skip("no mirror of engine providers: TF_CLI_CONFIG_FILE names none");
  const { command } = await findEngine();
  const output = synth(copyOfExample(folder, "cluster"));
  const run = (stack: string, ...args: string[]) =>
    spawnSync(command, [...args, "-no-color"], {
      cwd: join(output, "stacks", stack),
      env: engineEnvironment(),
      encoding: "utf8",
    });
  for (const stack of cluster.keys()) {
    const init = run(stack, "init", "-backend=false", "-input=false");
    const reason = /hashicorp\/(helm|kubernetes)/.exec(init.stderr)?.[0];
    if (init.status !== 0) return skip(`the mirror has no ${reason ?? "Helm and Kubernetes providers"}`);
    expect(run(stack, "validate").stdout).toContain("Success");
  }
});
