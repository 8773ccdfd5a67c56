import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withMirroredImages } from "../../charts/chart-images";
import { charts } from "../../charts/pins";
import { faultsOfValues, missingSchema } from "../charts/schemas";
import { type Change, changed, resourcesOf, stacksOfExample } from "./synth-example";

const secret = "arn:aws:secretsmanager:us-west-2:111122223333:secret:ecr-pullthroughcache/hub-a1B2c3";
const key = '  kubernetes: "1.35"\n';
const cache = (registries: string): Change => [key, `${key}  imageCache: { ${registries} }\n`];
const host = "111122223333.dkr.ecr.us-west-2.amazonaws.com";

let folder: string;
let plain: ReadonlyMap<string, string>;
let cached: ReadonlyMap<string, string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-image-cache-"));
  plain = stacksOf();
  cached = stacksOf(
    cache(`quay.io: anonymous, registry.k8s.io: anonymous, docker.io: { awsSecret: "${secret}" }, keepDays: 30`),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

function stacksOf(...changes: readonly Change[]): Map<string, string> {
  return stacksOfExample(folder, "clouds", "cascadia", changes);
}

const values = (type: string) => Object.values(resourcesOf(cached, "cascadia-cluster", type));

test("each registry has a rule, and its repositories lose an image after some days", () => {
  const rules = values("aws_ecr_pull_through_cache_rule").map((rule) => [
    rule.ecr_repository_prefix,
    rule.upstream_registry_url,
    rule.credential_arn,
  ]);
  expect(rules).toEqual([
    ["pangeo-cascadia-docker", "registry-1.docker.io", secret],
    ["pangeo-cascadia-quay", "quay.io", undefined],
    ["pangeo-cascadia-k8s", "registry.k8s.io", undefined],
  ]);
  const templates = values("aws_ecr_repository_creation_template");
  expect(templates.map(({ prefix }) => prefix)).toEqual(rules.map(([prefix]) => prefix));
  for (const { applied_for, lifecycle_policy } of templates) {
    expect(applied_for).toEqual(["PULL_THROUGH_CACHE"]);
    expect(JSON.parse(`${lifecycle_policy}`)).toMatchObject({ rules: [{ selection: { countNumber: 30 } }] });
  }
});

test("machines may fill the cache, and make no other repository", () => {
  const [own] = values("aws_iam_role_policy").filter(({ role }) => `${role}`.includes("node-role"));
  const repository = (registry: string) =>
    `arn:aws:ecr:us-west-2:111122223333:repository/pangeo-cascadia-${registry}/*`;
  expect(JSON.parse(`${own?.policy}`).Statement).toEqual([
    {
      Sid: "FillCache",
      Effect: "Allow",
      Action: ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
      Resource: ["quay", "k8s", "docker"].map(repository),
    },
  ]);
  expect(plain.get("cascadia-cluster")).not.toContain("FillCache");
});

/** Names of images that nodes would ask a registry for, in the text of stacks. */
const asked = (stack: string, registry: string) =>
  [
    ...(cached.get(stack) ?? "").matchAll(
      new RegExp(`(?<![\\w./-])${registry.replaceAll(".", "\\.")}/[\\w./-]+:`, "g"),
    ),
  ].map(([name]) => name);

test("profiles, their workers, the puller and what runs beside them ask the cache; people still read the image's own name", () => {
  for (const stack of ["cascadia-prod", "cascadia-agu-workshop", "cascadia-services"])
    for (const registry of ["quay.io", "docker.io", "registry.k8s.io"])
      expect(asked(stack, registry), stack).toEqual([]);
  expect(cached.get("cascadia-prod")).toContain(`${host}/pangeo-cascadia-quay/pangeo/pangeo-notebook:2026.06.04`);
  expect(cached.get("cascadia-prod")).toContain(`${host}/pangeo-cascadia-docker/rocker/binder:4.5`);
  expect(cached.get("cascadia-services")).toContain(`${host}/pangeo-cascadia-k8s/pause:`);
  const other: Change = [
    "python: { title: Python, image:",
    'python: { title: Python, otherImages: ["quay.io/pangeo/*"], image:',
  ];
  const form = stacksOf(cache("quay.io: anonymous"), other).get("cascadia-prod") ?? "";
  expect(form).toContain(JSON.stringify('"display_name":"quay.io/pangeo/pangeo-notebook:2026.06.04"').slice(1, -1));
});

/** Where programs of a stack's charts come from, by chart and key. */
function chartImages(stacks: ReadonlyMap<string, string>): Record<string, Record<string, unknown>> {
  const keyed = (value: unknown, key: string): (readonly [string, unknown])[] =>
    typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([name, below]) => keyed(below, key === "" ? name : `${key}.${name}`))
      : [[key, value]];
  const releases = [...stacks.keys()].flatMap((stack) => Object.values(resourcesOf(stacks, stack, "helm_release")));
  return Object.fromEntries(
    releases.flatMap(({ chart, values }) => {
      const own = keyed(JSON.parse(`${(values as string[])[0]}`), "").filter(
        ([key]) =>
          /(?:^|\.)image\.(?:name|registry|repository)$|^imageRegistry$/.test(key) &&
          !/^(?:singleuser|backend)\.image|gateway\.backend/.test(key),
      );
      return own.length > 0 ? [[`${chart}`.split("/")[0], Object.fromEntries(own)]] : [];
    }),
  );
}

test("the charts' own programs ask the cache, by the keys that each chart has for it", () => {
  const all = stacksOf(
    cache(
      `quay.io: anonymous, registry.k8s.io: anonymous, docker.io: { awsSecret: "${secret}" }, ghcr.io: { awsSecret: "${secret}" }`,
    ),
  );
  const at = (registry: string) => `${host}/pangeo-cascadia-${registry}`;
  const gateway = `${at("ghcr")}/dask/dask-gateway-server`;
  expect(chartImages(all)).toEqual({
    ".": { "image.repository": `${at("docker")}/nginxinc/nginx-unprivileged` }, // our own
    "cert-manager": { imageRegistry: at("quay") },
    "cluster-autoscaler": { "image.repository": `${at("k8s")}/autoscaling/cluster-autoscaler` },
    "dask-gateway": {
      "controller.image.name": gateway,
      "gateway.image.name": gateway,
      "traefik.image.name": `${at("docker")}/library/traefik`,
    },
    "external-dns": { "image.repository": `${at("k8s")}/external-dns/external-dns` },
    jupyterhub: {
      "hub.image.name": `${at("quay")}/jupyterhub/k8s-hub`,
      "proxy.chp.image.name": `${at("quay")}/jupyterhub/configurable-http-proxy`,
      "singleuser.networkTools.image.name": `${at("quay")}/jupyterhub/k8s-network-tools`,
    },
    "jupyterhub-home-nfs": {
      "nfsServer.image.repository": `${at("ghcr")}/2i2c-org/nfs-ganesha`,
      "nodeExporter.image.repository": `${at("quay")}/prometheus/node-exporter`,
      "quotaEnforcer.image.repository": `${at("ghcr")}/2i2c-org/jupyterhub-home-nfs`,
    },
    prometheus: {
      "configmapReload.prometheus.image.repository": `${at("quay")}/prometheus-operator/prometheus-config-reloader`,
      "kube-state-metrics.image.registry": at("k8s"),
      "server.image.repository": `${at("quay")}/prometheus/prometheus`,
    },
    traefik: { "image.registry": at("docker"), "image.repository": "library/traefik" },
  });
  expect(chartImages(plain)).toEqual({});
});

test.for(["jupyterhub", "daskGateway"] as const)("the schema of the chart %s takes them", (chart, { skip }) => {
  const missing = missingSchema(chart);
  if (missing) return skip(missing);
  const values = withMirroredImages(charts[chart].name, {}, { "quay.io": host, "ghcr.io": host, "docker.io": host });
  expect(Object.keys(values)).not.toEqual([]);
  expect(faultsOfValues(chart, values)).toEqual([]);
});

test("what is not cached is asked for as before", () => {
  const quay = stacksOf(cache("quay.io: anonymous"));
  expect(quay.get("cascadia-prod")).toContain("docker.io/rocker/binder:4.5");
  expect(changed(plain, quay)).toEqual([
    "cascadia-agu-workshop",
    "cascadia-cluster",
    "cascadia-prod",
    "cascadia-services",
  ]);
});
