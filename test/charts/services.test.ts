import { join } from "node:path";
import { expect, test } from "vitest";
import { certManagerValues } from "../../charts/cert-manager";
import { autoscalingTags, clusterAutoscalerValues } from "../../charts/cluster-autoscaler";
import { externalDnsValues } from "../../charts/external-dns";
import { nvidiaDevicePluginValues } from "../../charts/nvidia-device-plugin";
import { prometheusValues } from "../../charts/prometheus";
import { traefikValues } from "../../charts/traefik";
import { clusterSite } from "../config/cluster-site";

// The values of each chart of the site's services for the example's pools, and what they are for.

const { pools } = clusterSite();
const golden = (chart: string) => join(__dirname, "..", "golden", "charts", `${chart}.json`);
const text = (values: object) => `${JSON.stringify(values, null, 2)}\n`;

const autoscaler = { pools, cluster: "plains", region: "eu-west-1", identity: { role: "arn" } };
const template = {
  labels: { "hub.jupyter.org/node-purpose": "user", "k8s.dask.org/node-purpose": "scheduler" },
  taints: ["hub.jupyter.org/dedicated", "hub.jupyter.org_dedicated"].map((key) => ({
    ...{ key, value: "user", effect: "NoSchedule" as const },
  })),
};

test("cluster-autoscaler: spot first, on-demand where spot has none; without spot, any", async () => {
  const values = clusterAutoscalerValues({ ...autoscaler, spotGroups: ["eks-dask-.*"] });
  await expect(text(values)).toMatchFileSnapshot(golden("cluster-autoscaler"));
  const [first, last] = Object.entries(values.expanderPriorities).sort(([a], [b]) => Number(b) - Number(a));
  expect([first?.[1], last?.[1]]).toEqual([["eks-dask-.*"], [".*"]]);
  const none = clusterAutoscalerValues({ ...autoscaler, spotGroups: [] });
  expect(Object.values(none.expanderPriorities)).toEqual([[".*"]]);
});

test("a group without nodes tells what its nodes will be, in the format that the autoscaler documents", () => {
  expect(autoscalingTags("plains", { ...template, gpus: 2 })).toEqual({
    "k8s.io/cluster-autoscaler/enabled": "true",
    "k8s.io/cluster-autoscaler/plains": "owned",
    "k8s.io/cluster-autoscaler/node-template/label/hub.jupyter.org/node-purpose": "user",
    "k8s.io/cluster-autoscaler/node-template/label/k8s.dask.org/node-purpose": "scheduler",
    "k8s.io/cluster-autoscaler/node-template/taint/hub.jupyter.org/dedicated": "user:NoSchedule",
    "k8s.io/cluster-autoscaler/node-template/taint/hub.jupyter.org_dedicated": "user:NoSchedule",
    "k8s.io/cluster-autoscaler/node-template/resources/nvidia.com/gpu": "2",
  });
  expect(Object.keys(autoscalingTags("plains", { ...template, gpus: 0 })).join()).not.toContain("resources");
  const long = { ...template, labels: { [`example.org/${"a".repeat(90)}`]: "x" }, gpus: 0 };
  expect(() => autoscalingTags("plains", long)).toThrow("AWS does not take");
});

test("traefik: one certificate for all hosts, from its own namespace; routes of others' namespaces are not its business", async () => {
  const props = { class: "alps", pools, namespace: "alps-services", ahead: null };
  const values = traefikValues({ ...props, certificate: "wildcard-tls", annotations: {} });
  await expect(text(values)).toMatchFileSnapshot(golden("traefik"));
  expect(values.providers.kubernetesCRD).toEqual({ enabled: true, namespaces: ["alps-services"] });
  expect(traefikValues({ ...props, certificate: null, annotations: {} }).providers.kubernetesCRD).toEqual({
    enabled: false,
  });
});

test("traefik: where TLS ends before the cluster, nobody is sent on to https", () => {
  const props = { class: "alps", pools, namespace: "alps-services", certificate: null, annotations: {} };
  const proxy = ["10.1.0.7/32"];
  expect(JSON.stringify(traefikValues({ ...props, ahead: proxy }).ports.web)).not.toContain("redirections");
  expect(JSON.stringify(traefikValues({ ...props, ahead: null }).ports.web)).toContain("websecure");
  for (const ahead of [proxy, null]) {
    const { web, websecure } = traefikValues({ ...props, ahead }).ports;
    expect(JSON.stringify(ahead ? web : websecure), "uploads may take their time").toContain('"readTimeout":"0s"');
  }
});

test("traefik believed anybody who asks: what ends TLS before the cluster tells it, and nobody else", () => {
  const props = { class: "alps", pools, namespace: "alps-services", certificate: null, annotations: {} };
  const proxies = ["10.1.0.7/32", "173.245.48.0/20"];
  const ahead = traefikValues({ ...props, ahead: proxies });
  expect(ahead.ports.web).toMatchObject({ forwardedHeaders: { trustedIPs: proxies } });
  expect(JSON.stringify(ahead)).not.toContain("insecure");
  expect(JSON.stringify(traefikValues({ ...props, ahead: null }))).not.toContain("forwardedHeaders");
});

test("external-dns: records of the site's domain and owner only; its key is in no value", async () => {
  const secret = { name: "zone-key", key: "key" };
  const zone = {
    kind: "rfc2136",
    host: "ns.alps.example",
    port: 53,
    zone: "alps.example",
    keyName: "isthmus",
  } as const;
  const values = externalDnsValues({
    ...{ pools, owner: "alpine-alps", domain: "alps.pangeo.example", ingressClass: "alps", identity: {} },
    zone: { ...zone, algorithm: "hmac-sha256", secret },
  });
  await expect(text(values)).toMatchFileSnapshot(golden("external-dns"));
  // Without the transfer of the zone nothing that goes would be removed; an unknown flag would end the program.
  expect(values.extraArgs).toContain("--rfc2136-tsig-axfr");
  expect(values.env).toEqual([{ name: "EXTERNAL_DNS_RFC2136_TSIG_SECRET", valueFrom: { secretKeyRef: secret } }]);
});

test("cert-manager: its definitions are kept, and its lease lies in its own namespace", async () => {
  const values = certManagerValues({ pools, namespace: "alps-services", identity: {} });
  await expect(text(values)).toMatchFileSnapshot(golden("cert-manager"));
  expect(values.crds).toEqual({ enabled: true, keep: true });
  expect(values.global).toEqual({ leaderElection: { namespace: "alps-services" } });
});

test("nvidia-device-plugin: on the nodes of pools with GPUs, whose taints it tolerates, and on no others", async () => {
  const values = nvidiaDevicePluginValues(pools);
  await expect(text(values)).toMatchFileSnapshot(golden("nvidia-device-plugin"));
  const { nodeSelectorTerms } = values.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution;
  expect(nodeSelectorTerms).toEqual([{ matchExpressions: [{ key: "role", operator: "In", values: ["gpu"] }] }]);
  const taints = values.tolerations.map(({ key }) => key);
  expect(taints).toContain("hub.jupyter.org/dedicated");
  expect(taints.filter((key) => key === "nvidia.com/gpu")).toHaveLength(1);
});

test("prometheus: as long and as large as the site says, of its own namespaces; it alerts nobody", async () => {
  const sizes = { retentionDays: 90, sizeBytes: 50 * 2 ** 30, storageClass: "csi-rbd" };
  const values = prometheusValues({ ...sizes, pools, namespaces: ["alps-services", "alps-prod"] });
  await expect(text(values)).toMatchFileSnapshot(golden("prometheus"));
  expect(values.server.persistentVolume).toEqual({ enabled: true, size: "50Gi", storageClass: "csi-rbd" });
  expect(values.alertmanager).toEqual({ enabled: false });
});

test("prometheus could see nothing: namespaces as a value of its server take its role away; each job names them itself", () => {
  const namespaces = ["alps-services", "alps-prod"];
  const values = prometheusValues({
    pools,
    retentionDays: 90,
    sizeBytes: 50 * 2 ** 30,
    storageClass: null,
    namespaces,
  });
  expect(values.server).not.toHaveProperty("namespaces");
  const jobs = Object.entries(values.scrapeConfigs).filter(([, job]) => !("enabled" in job));
  expect(jobs.map(([name]) => name).sort()).toEqual([
    ...["kubernetes-nodes-cadvisor", "kubernetes-pods", "kubernetes-service-endpoints"],
  ]);
  for (const [name, job] of jobs)
    for (const namespace of namespaces) expect(JSON.stringify(job), name).toContain(namespace);
});
