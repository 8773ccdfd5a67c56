import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import type { Manifest } from "./api";
import { conform, score } from "./checks";
import { podOf } from "./manifests";
import { schemasOf } from "./schemas";
import { withCluster } from "./with-cluster";

const bed = withCluster();

const rendered = async () => {
  const text = await bed.cluster.helm(["template", "small", join(__dirname, "chart")]);
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
};

test("schemas of this API server accept what it accepts, and find what it would refuse", async () => {
  const schemas = await schemasOf(bed.cluster);
  const objects = await rendered();
  expect(objects.length).toBe(3);
  expect(await conform(objects, schemas)).toEqual([]);
  const quota = {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "q", labels: null },
    spec: { hard: { cpu: 4, pods: "10" } },
  };
  expect(await conform([quota as unknown as Manifest], schemas)).toEqual([]);
  const misspelt = podOf({ name: "misspelt", container: { imagePullPolicies: "Always" } });
  expect((await conform([misspelt], schemas)).join()).toContain(
    "additional properties 'imagePullPolicies' not allowed",
  );
  const wrongType = podOf({ name: "wrong", spec: { terminationGracePeriodSeconds: "ten" } });
  expect((await conform([wrongType], schemas)).join()).toContain("/spec/terminationGracePeriodSeconds");
  const gone: Manifest = { apiVersion: "extensions/v1beta1", kind: "Ingress", metadata: { name: "old" } };
  expect((await conform([gone], schemas)).join()).toContain("could not find schema for Ingress");
});

test("custom kinds have schemas once their definitions are applied", async () => {
  const definition = parseAllDocuments(readFileSync(join(__dirname, "widgets.yaml"), "utf8"))[0]?.toJS() as Manifest;
  await bed.cluster.apply([definition]);
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition.metadata.name}`;
  await bed.cluster.waitFor(path, "Established");
  const widget = (spec: object) => ({ apiVersion: "example.org/v1", kind: "Widget", metadata: { name: "w" }, spec });
  const schemas = await schemasOf(bed.cluster, ["Widget"]);
  expect(await conform([widget({ size: 3 })], schemas)).toEqual([]);
  expect((await conform([widget({ sise: 3 })], schemas)).join()).toContain("'sise' not allowed");
});

test("kube-score finds what the chosen tests are about, and nothing that is waived", async () => {
  const bare = podOf({ name: "bare", container: { image: "example.org/main:latest" } });
  const found = (await score([bare])).join("\n");
  expect(found).toContain("Pod/bare: container-image-tag");
  expect(found).toContain("container-security-context-readonlyrootfilesystem");
  expect(found).toContain("pod-networkpolicy");
  expect(found).not.toContain("container-image-pull-policy");
  expect((await score([bare], ["container-image-tag"])).join()).not.toContain("container-image-tag");
  expect(await score([bare], ["label-values"])).toContain("label-values: waived, and no object needs it");
});
