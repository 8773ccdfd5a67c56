import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readManifest } from "../../bin/engine/graph";
import { loadFederation } from "../../config/load";
import { siteStacks } from "../../config/stack-parts";
import { federationYaml, plain } from "../config/federation-of";
import { synth } from "./synth-demo";
import { changed, type Resource, resourcesOf, stacksIn } from "./synth-example";

/*
 * Copies between sites on Google Cloud: who copies what, by the jobs and the rights of all stacks, is what the config says. Sites a and b
 * share a project, c has another one.
 */

const sites = [
  { site: "a", project: "nearby", number: "111111111111" },
  { site: "b", project: "nearby", number: "111111111111" },
  { site: "c", project: "far-away", number: "333333333333" },
];

const datasets: Readonly<Record<string, string>> = {
  a: `datasets:
  a-air: {${plain}, bucket: l, path: a/air, mirrors: {b: {bucket: m}, c: {bucket: l, every: week}}}
  a-table: {title: T, kind: parquet, license: other, bucket: l, path: a/table, mirrors: {b: {bucket: m, every: 6h}}}
`,
  b: `datasets: {b-sea: {${plain}, bucket: m, path: b/sea, mirrors: {a: {bucket: l}}}}\n`,
  c: `datasets: {c.ice-2: {${plain}, bucket: l, path: c/ice, mirrors: {a: {bucket: l}}}}\n`,
};

let folder: string;
let output: string;
let stacks: ReadonlyMap<string, string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-google-copies-"));
  output = synth(written());
  stacks = stacksIn(output);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The federation in a folder of its own, perhaps with a site's datasets changed. */
function written(changes: Readonly<Record<string, string>> = {}): string {
  const own = mkdtempSync(join(folder, "federation-"));
  mkdirSync(join(own, "sites"));
  writeFileSync(join(own, "federation.yaml"), federationYaml);
  for (const { site, project, number } of sites) {
    const buckets = ["l", "m", "n"].map((id) => `${id}: {purpose: library, public: true}`).join(", ");
    const head = `site: ${site}\ninstitution: Institute\nprovider: google\nproject: ${project}\nprojectNumber: "${number}"\n`;
    const lake = `region: us-central1\nlake: {buckets: {${buckets}, s: {purpose: scratch}}}\n`;
    writeFileSync(join(own, `sites/${site}.yaml`), head + lake + (changes[site] ?? datasets[site] ?? ""));
  }
  return own;
}

interface Spec {
  readonly gcs_data_source: { readonly bucket_name: string; readonly path?: string };
  readonly gcs_data_sink: { readonly bucket_name: string; readonly path?: string };
  readonly object_conditions?: { readonly include_prefixes: readonly string[] };
  readonly transfer_options: object;
}

const all = (type: string, of = stacks): [site: string, resource: Resource][] =>
  [...of.keys()].flatMap((stack) =>
    Object.values(resourcesOf(of, stack, type)).map((one): [string, Resource] => [stack.split("-")[0] ?? "", one]),
  );

const jobs = (of = stacks) =>
  all("google_storage_transfer_job", of).map(([site, job]) => ({
    site,
    spec: job.transfer_spec as Spec,
    schedule: job.schedule as { readonly repeat_interval: string },
    ...(job as { readonly project: string; readonly description: string }),
  }));

const ofProject = (project: string) => sites.find((site) => site.project === project)?.number;

/** `NUMBER ROLE BUCKET`: what agents of projects may do, each once. */
function rights(): string[] {
  return all("google_storage_bucket_iam_member").flatMap(([site, { bucket, member, role }]) => {
    if (member === "allUsers") return [];
    const [, made] = /^\$\{google_storage_bucket\.bucket-([a-z])_/.exec(`${bucket}`) ?? [];
    const own = /^\$\{data\.google_storage_transfer_project_service_account\.transfer-agent_\w+\.member\}$/;
    const [, told] =
      /^serviceAccount:project-(\d+)@storage-transfer-service\.iam\.gserviceaccount\.com$/.exec(`${member}`) ?? [];
    const number = own.test(`${member}`) ? sites.find((one) => one.site === site)?.number : told;
    return [`${number} ${`${role}`.replace("roles/storage.", "")} ${made ? `fed-${site}-${made}` : bucket}`];
  });
}

test("each copy has a job at its own site, in that site's project, as often as is said", () => {
  expect(
    jobs().map(({ site, project, description, spec, schedule }) => ({
      at: `${site} ${project}`,
      description,
      from: spec.gcs_data_source.bucket_name,
      to: spec.gcs_data_sink.bucket_name,
      every: schedule.repeat_interval,
    })),
  ).toEqual([
    { at: "a nearby", description: "b-sea of b at a, in fed", from: "fed-b-m", to: "fed-a-l", every: "86400s" },
    { at: "a nearby", description: "c.ice-2 of c at a, in fed", from: "fed-c-l", to: "fed-a-l", every: "86400s" },
    { at: "b nearby", description: "a-air of a at b, in fed", from: "fed-a-l", to: "fed-b-m", every: "86400s" },
    { at: "b nearby", description: "a-table of a at b, in fed", from: "fed-a-l", to: "fed-b-m", every: "21600s" },
    { at: "c far-away", description: "a-air of a at c, in fed", from: "fed-a-l", to: "fed-c-l", every: "604800s" },
  ]);
});

test("a job sees nothing of either bucket but the dataset: it deletes what the original has no more", () => {
  const seen = jobs().map(({ spec: { gcs_data_source, gcs_data_sink, object_conditions, transfer_options } }) => {
    expect(transfer_options).toEqual({ overwrite_when: "DIFFERENT", delete_objects_unique_in_sink: true });
    expect(gcs_data_source.path).toBe(gcs_data_sink.path);
    return [gcs_data_sink.path ?? "", ...(object_conditions?.include_prefixes ?? [])];
  });
  expect(seen).toEqual([["b/sea/"], ["c/ice/"], ["a/air/"], ["", "a/table"], ["a/air/"]]);
});

test("the agent of each job's project may read where it copies from and write where it copies to, and no agent more", () => {
  const needed = new Set(
    jobs().flatMap(({ project, spec }) => {
      const [from, to] = [spec.gcs_data_source.bucket_name, spec.gcs_data_sink.bucket_name];
      const number = ofProject(project);
      return [
        ...["legacyBucketReader", "objectViewer"].map((role) => `${number} ${role} ${from}`),
        ...["legacyBucketWriter", "objectViewer"].map((role) => `${number} ${role} ${to}`),
      ];
    }),
  );
  expect(rights().sort()).toEqual([...needed].sort());
  expect(rights().filter((right) => right.startsWith("333333333333"))).toEqual([
    "333333333333 legacyBucketReader fed-a-l",
    "333333333333 objectViewer fed-a-l",
    "333333333333 legacyBucketWriter fed-c-l",
    "333333333333 objectViewer fed-c-l",
  ]);
});

test("accounts of jobs are there before rights name them: each is its project's lake's, which jobs wait for", () => {
  const asked = [...stacks].filter(([, text]) => text.includes('"google_storage_transfer_project_service_account": {'));
  expect(asked.map(([name]) => name)).toEqual(["a-lake", "b-lake", "c-lake"]);
  const dependencies = new Map(readManifest(output).map((one) => [one.name, [...one.dependencies].sort()]));
  expect(dependencies.get("a-grants")).toEqual(["a-lake", "b-lake"]);
  expect(dependencies.get("b-grants")).toEqual(["a-lake", "b-lake"]);
  expect(dependencies.get("c-grants")).toEqual(["c-lake"]); // a is another project's, whose people bring it up
  expect([dependencies.get("a-lake"), dependencies.get("b-lake")]).toEqual([[], []]);
});

test("what the config says there is, is what there is", () => {
  const { federation } = loadFederation(join(written(), "federation.yaml"));
  const all = federation?.sites ?? [];
  expect(all.flatMap((site) => siteStacks(site, all)).sort()).toEqual([...stacks.keys()]);
});

test("another time or bucket changes the job and no other; without copies there is no account and no job", () => {
  const other = stacksIn(synth(written({ b: (datasets.b ?? "").replace("{bucket: l}", "{bucket: l, every: 3d}") })));
  expect(changed(stacks, other)).toEqual(["a-grants"]);
  expect(jobs(other)[0]?.schedule.repeat_interval).toBe("259200s");
  const moved = stacksIn(synth(written({ b: (datasets.b ?? "").replace("{bucket: l}", "{bucket: n}") })));
  expect(changed(stacks, moved)).toEqual(["a-grants", "a-lake"]);
  const none = stacksIn(synth(written({ a: "", b: "", c: "" })));
  expect([...none.keys()]).toEqual(["a-lake", "b-lake", "c-lake"]);
  expect([...none.values()].join("")).not.toMatch(/transfer/);
});

test("of a bucket and a project whose ids join to the same words as another's, each has its rights", () => {
  const own = mkdtempSync(join(folder, "federation-"));
  mkdirSync(join(own, "sites"));
  writeFileSync(join(own, "federation.yaml"), federationYaml);
  const lake = (ids: readonly string[]) =>
    `region: us-central1\nlake: {buckets: {${ids.map((id) => `${id}: {purpose: library, public: true}`).join(", ")}}}\n`;
  const head = (site: string, project: string, number: string) =>
    `site: ${site}\ninstitution: Institute\nprovider: google\nproject: ${project}\nprojectNumber: "${number}"\n`;
  const copied = (bucket: string, to: string) =>
    `{${plain}, bucket: ${bucket}, path: ${to}, mirrors: {${to}: {bucket: l}}}`;
  const originals = `datasets: {one: ${copied("l", "b")}, two: ${copied("l-far", "c")}}\n`;
  writeFileSync(join(own, "sites/a.yaml"), head("a", "nearby", "111111111111") + lake(["l", "l-far"]) + originals);
  writeFileSync(join(own, "sites/b.yaml"), head("b", "far-away-one", "222222222222") + lake(["l"]));
  writeFileSync(join(own, "sites/c.yaml"), head("c", "away-one", "333333333333") + lake(["l"]));
  const rights = Object.values(resourcesOf(stacksIn(synth(own)), "a-grants", "google_storage_bucket_iam_member"));
  const told = rights.map(({ bucket, member }) => `${bucket} ${/\d+/.exec(`${member}`)}`);
  expect([...new Set(told)].sort()).toEqual(["fed-a-l 222222222222", "fed-a-l-far 333333333333"]);
});
