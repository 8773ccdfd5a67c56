import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadFederation } from "../../config/load";
import { siteStacks } from "../../config/stack-parts";
import { all, byConfig, byPolicies, configOf, nothing, reading, stackOf } from "./cross-cloud";
import { podOf, type Stacks } from "./pods";
import { readableStack } from "./readable";
import { repository } from "./synth-demo";
import { type Change, type Resource, resourcesOf, stacksOfExample } from "./synth-example";

let folder: string;
let crossing: Stacks;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-crossing-"));
  crossing = synthesized();
});
afterAll(() => rmSync(folder, { recursive: true }));

function synthesized(site = "cascadia", ...changes: readonly Change[]): Stacks {
  return stacksOfExample(folder, "crossing", site, changes);
}

const config = configOf("crossing");
const { hubs } = config;

test("rights between sites and clouds: each stack as reviewed", async () => {
  const grants = [...crossing].filter(([name]) => name.endsWith("-grants"));
  expect(grants.map(([name]) => name)).toEqual(["cascadia-grants", "plains-grants", "steppe-grants"]);
  for (const [name, text] of grants)
    await expect(readableStack(text)).toMatchFileSnapshot(join(repository, "test/golden/crossing", `${name}.json`));
});

test("what the config says there is, is what there is", () => {
  const { federation } = loadFederation(join(repository, "config/federations/crossing/federation.yaml"));
  const told = (federation?.sites ?? []).flatMap((site) => siteStacks(site, federation?.sites ?? []));
  expect([...told].sort()).toEqual([...crossing.keys()]);
});

test("every hub reads of every library what the config says, on whichever cloud either is, and nothing else", () => {
  const found = byPolicies(config, crossing);
  expect(Object.keys(found)).toHaveLength(6 * 11);
  expect(found).toEqual(byConfig(config));
  expect(found).toMatchObject({
    "plains-prod crossing-cascadia-drafts": reading, // from Google Cloud to AWS
    "plains-prod crossing-delta-surveys": reading, // in another account than the one that knows it
    "steppe-course crossing-cascadia-joint": reading,
    "steppe-prod crossing-delta-surveys": nothing,
    "cascadia-prod crossing-plains-drafts": reading, // from AWS to Google Cloud
    "cascadia-prod crossing-steppe-tables": reading, // in another project than the one that knows it
    "alps-prod crossing-plains-drafts": reading, // from somebody's own cluster
    "alps-prod crossing-cascadia-drafts": nothing,
    "steppe-prod plains-held": reading, // a bucket that exists, in another project
    "cascadia-course crossing-plains-drafts": nothing,
    "plains-prod crossing-cascadia-paid": nothing,
  });
});

test("another word of who may read changes both ends together", () => {
  const alone = synthesized("plains", ["access: { sites: [cascadia, plains] }", "access: { sites: [plains] }"]);
  const before = byPolicies(config, crossing);
  const after = byPolicies(config, alone);
  const differ = Object.keys(before).filter((pair) => JSON.stringify(before[pair]) !== JSON.stringify(after[pair]));
  expect(differ).toEqual(["cascadia-prod crossing-plains-joint"]);
});

test("whom Google Cloud asks for a site's tokens is what the site says, to the letter", () => {
  const other = synthesized("alps", ["https://tokens.alps.example", "https://keys.alps.example/pods"]);
  const issuers = (stacks: Stacks) =>
    all(stacks, "google_iam_workload_identity_pool_provider").map(([, { oidc }]) => (oidc as Resource).issuer_uri);
  expect(issuers(crossing)).toContain("https://tokens.alps.example");
  expect(issuers(other)).toContain("https://keys.alps.example/pods");
});

test("a hub that signs people in by itself is nobody in other clouds", () => {
  const pod = podOf(crossing, "cascadia-course");
  expect(pod.environment).not.toHaveProperty("GOOGLE_APPLICATION_CREDENTIALS");
  expect(pod.tokens).toEqual({});
});

test("Dask's pods are in other clouds what notebooks are", () => {
  for (const hub of hubs.filter(({ auth }) => auth === undefined)) {
    const values = Object.values(resourcesOf(crossing, stackOf(hub), "helm_release")).find((one) =>
      `${one.name}`.endsWith("dask-gateway"),
    )?.values as string[] | undefined;
    if (!values) continue;
    const { gateway } = JSON.parse(`${values[0]}`) as {
      gateway: {
        env: { name: string; value: string }[];
        backend: Record<
          "scheduler" | "worker",
          { extraPodConfig: { volumes: { name: string; projected?: object }[] } }
        >;
      };
    };
    const pod = podOf(crossing, stackOf(hub));
    const data = JSON.parse(gateway.env.find(({ name }) => name === "ISTHMUS_DASK")?.value ?? "{}") as {
      environment: Record<string, string>;
    };
    for (const name of ["AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "GOOGLE_APPLICATION_CREDENTIALS"])
      expect(data.environment[name], name).toBe(pod.environment[name]);
    for (const { extraPodConfig } of [gateway.backend.scheduler, gateway.backend.worker])
      expect(extraPodConfig.volumes.filter(({ projected }) => projected)).toHaveLength(
        Object.keys(pod.tokens).length > 0 ? 1 : 0,
      );
  }
});
