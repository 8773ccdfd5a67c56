import { join } from "node:path";
import { expect, test } from "vitest";
import { podIdentityAgents } from "../../../../charts/networks";
import { hubObjects } from "../../../../constructs/kubernetes/objects/hub";
import type { KubeObject } from "../../../../constructs/kubernetes/objects/object";
import { alteredSite } from "../../../config/cluster-site";
import { readableJson } from "../../../readable";
import { hubProps } from "./hub-props";

const golden = join(__dirname, "..", "..", "..", "golden", "constructs", "kubernetes");

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

interface Egress {
  readonly to?: readonly object[];
  readonly ports?: readonly { readonly port: number }[];
}

function found(objects: readonly KubeObject[], kind: string, name: string): KubeObject {
  const object = objects.find((one) => one.kind === kind && one.metadata.name === name);
  if (!object) throw new Error(`no ${kind} ${name}`);
  return object;
}

test.each(["prod", "workshop"])("%s: the objects of its namespace", async (hub) => {
  await expect(readableJson(hubObjects(hubProps(hub)))).toMatchFileSnapshot(join(golden, `${hub}.json`));
});

test("two hubs share no cluster-wide name, and every other object stands in the hub's namespace", () => {
  const all = ["prod", "workshop", "hydrology"].flatMap((hub) => hubObjects(hubProps(hub)));
  const wide = all.filter(({ metadata }) => metadata.namespace === undefined);
  const names = wide.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(wide.map(({ kind }) => kind))).toEqual(
    new Set(["PersistentVolume", "ClusterRole", "ClusterRoleBinding"]),
  );
  for (const { metadata } of wide) expect(metadata.name).toMatch(/^alps-(prod|workshop|hydrology)-/);
});

test("beyond its namespace no program of Dask Gateway may do more than look, and never at a Secret", () => {
  for (const { kind, rules } of hubObjects(hubProps("prod"))) {
    if (kind !== "ClusterRole") continue;
    for (const { resources, verbs } of rules as readonly Rule[]) {
      expect(verbs).toEqual(["get", "list", "watch"]);
      expect(resources).not.toContain("secrets");
    }
  }
});

test("without Dask nothing of it is there", () => {
  const text = JSON.stringify(hubObjects(hubProps("hydrology")));
  expect(text).not.toContain("dask");
});

test("D2: users' pods reach the internet and the networks of the store, the metadata server only to be somebody", () => {
  const site = alteredSite([
    "  endpoint: https://s3.alps.example",
    "  endpoint: https://s3.alps.example\n  networks: [10.20.0.0/16]",
  ]);
  const props = hubProps("prod", site);
  const egress = (objects: readonly KubeObject[]) =>
    JSON.stringify((found(objects, "NetworkPolicy", "dask-workers").spec as { egress: object }).egress);
  expect(egress(hubObjects(props))).toContain('{"ipBlock":{"cidr":"10.20.0.0/16"}}');
  expect(egress(hubObjects(props))).not.toContain("169.254.170.23");
  const known = { ...props, identity: { ...props.identity, identityServers: podIdentityAgents } };
  expect(egress(hubObjects(known))).toContain(
    '{"to":[{"ipBlock":{"cidr":"169.254.170.23/32"}}],"ports":[{"protocol":"TCP","port":80}]}',
  );
});

test("users could not reach the site's data where the cluster's ingress, or its address, is private", () => {
  const site = alteredSite([
    "lake:\n",
    "ingress: { class: nginx, pods: { namespace: edge, select: { app: nginx } }, networks: [10.1.2.3/32] }\nlake:\n",
  ]);
  const peersOf = (policy: string, from = hubObjects(hubProps("prod", site))) => {
    const { egress } = found(from, "NetworkPolicy", policy).spec as { egress: { to?: readonly object[] }[] };
    return egress.flatMap(({ to = [] }) => to);
  };
  const ingress = [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "edge" } },
      podSelector: { matchLabels: { app: "nginx" } },
    },
    { ipBlock: { cidr: "10.1.2.3/32" } },
  ];
  for (const policy of ["notebooks", "dask-workers", "dask-schedulers"]) {
    for (const way of ingress) expect(peersOf(policy), policy).toContainEqual(way);
    for (const way of ingress) expect(peersOf(policy, hubObjects(hubProps("prod"))), policy).not.toContainEqual(way);
  }
});

test("Dask's pods reached whatever listens on port 53: names are asked of the cluster's own servers alone", () => {
  const site = alteredSite(["  pools: #", "  nameServers: [10.96.0.10/32]\n  pools: #"]);
  const asked = (of: ReturnType<typeof hubProps>, name: string) => {
    const { egress } = found(hubObjects(of), "NetworkPolicy", name).spec as { egress: readonly Egress[] };
    return egress.filter(({ ports }) => ports?.some(({ port }) => port === 53)).map(({ to }) => to);
  };
  const values = ["kube-dns", "node-local-dns"];
  const own = {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
    podSelector: { matchExpressions: [{ key: "k8s-app", operator: "In", values }] },
  };
  const at = (...networks: string[]) => networks.map((cidr) => ({ ipBlock: { cidr } }));
  for (const name of ["workers", "schedulers", "gateway", "controller", "traefik"].map((who) => `dask-${who}`)) {
    expect(asked(hubProps("prod"), name), name).toEqual([[own, ...at("169.254.20.10/32")]]);
    expect(asked(hubProps("prod", site), name), name).toEqual([[own, ...at("10.96.0.10/32")]]);
  }
});

test("the quota has room for all that the user pools hold, for Dask's cap and for placeholders, and no more", () => {
  const { hard } = found(hubObjects(hubProps("workshop")), "ResourceQuota", "hub").spec as { hard: object };
  // 10 nodes of 7.91 cores, 2 of 15.89, 160 cores of Dask, 4 of the hub's programs, 6 of five placeholders.
  expect(hard).toMatchObject({ "requests.cpu": "281", "services.loadbalancers": "0", "services.nodeports": "0" });
});

test("placeholders are of the size that a user gets who does not choose", () => {
  const { spec } = found(hubObjects(hubProps("workshop")), "Deployment", "placeholder");
  expect(spec).toMatchObject({
    replicas: 5,
    template: {
      spec: {
        nodeSelector: { role: "user" },
        containers: [{ resources: { requests: { memory: String(8 * 2 ** 30) } } }],
      },
    },
  });
});
