import { beforeAll, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { clusterHubOf, clusterSite } from "../../config/cluster-site";
import { until } from "../../until";
import type { Manifest } from "../api";
import { whyMissing, withCluster } from "../with-cluster";
import { bringUp, optionsFor, secretOf, shared } from "./hubs";
import { type Claims, Issuer } from "./issuer";
import { Platform } from "./platform-on";
import { component, nodesOf, podsOf } from "./pods-of";
import { connected, made } from "./programs";
import { User } from "./user";

const site = clusterSite();
const prod = clusterHubOf(site, "prod");
const workshop = clusterHubOf(site, "workshop");
const bed = withCluster(optionsFor(site));
let issuer: Issuer;
let urls: { readonly prod: string; readonly workshop: string };
let anna: User;

beforeAll(async () => {
  if (whyMissing(optionsFor(site))) return;
  const { cluster } = bed;
  await cluster.apply(shared(site));
  issuer = await Issuer.start(cluster);
  const on = { cluster, platform: await Platform.start(cluster) };
  const [first, second] = await Promise.all([
    bringUp(on, site, prod.id, {
      props: ({ identity, ...rest }) => ({ ...rest, identity: identity && { ...identity, issuer: issuer.url } }),
    }),
    bringUp(on, site, workshop.id),
  ]);
  urls = { prod: first, workshop: second };
}, 900_000);

const alps = "https://idp.alps.example/shibboleth";
const plains = "https://sso.plains.example/idp";
const inGroup: Claims = { sub: "1", idp: alps, eppn: "anna@alps.example", isMemberOf: ["CO:glaciers", "CO:snow-ml"] };

function sizeOf(profile: string): string {
  return prod.profiles.find(({ id }) => id === profile)?.sizes[0]?.id ?? "";
}

test("people sign in by the federation's issuer under their institution's name; others are told why not", async () => {
  anna = await User.vouchedFor(urls.prod, issuer, inGroup);
  expect(anna.name).toBe("anna@alps.example");
  const elsewhere = { sub: "9", idp: "https://idp.elsewhere.example", eppn: "eve@alps.example" };
  await expect(User.vouchedFor(urls.prod, issuer, elsewhere)).rejects.toThrow("403");
});

test("a profile of a group is not in the form of a user who is not in it, and starts nothing when somebody posts it", async () => {
  const bo = await User.vouchedFor(urls.prod, issuer, { sub: "2", idp: plains, eppn: "bo@plains.example" });
  expect((await bo.page("hub/spawn")).text).toContain("Python");
  expect((await bo.page("hub/spawn")).text).not.toContain("PyTorch");
  expect(await bo.spawn("torch", { size: sizeOf("torch") })).toContain(
    "there is no profile 'torch' for you; there are ",
  );
  expect(await podsOf(bed.cluster, prod, component("singleuser-server"))).toEqual([]);
});

test("a user of the group finds it in the form, and gets a GPU on its pool", async () => {
  expect((await anna.page("hub/spawn")).text).toContain("PyTorch");
  expect(await anna.spawn("torch", { size: sizeOf("torch") })).toBeUndefined();
  const [pod] = await podsOf(bed.cluster, prod, component("singleuser-server"));
  expect(pod?.spec.nodeName).toBe("gpu-0");
  expect(pod?.spec.containers[0]?.resources?.limits).toMatchObject({ "nvidia.com/gpu": "1" });
});

test("two hubs share no name of the whole cluster", async () => {
  const own = await Promise.all([prod, workshop].map(clusterWide));
  expect(own[0]).toContainEqual(expect.stringMatching(/^PersistentVolume /));
  expect(own[0]?.filter((name) => own[1]?.includes(name))).toEqual([]);
});

/** Names of a hub's objects that are in no namespace. */
async function clusterWide({ id, namespace }: { readonly id: string; readonly namespace: string }): Promise<string[]> {
  const text = await bed.cluster.helm(["get", "manifest", `${id}-objects`, "--namespace", namespace]);
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((object) => object !== null && object.metadata.namespace === undefined)
    .map((object) => `${object?.kind} ${object?.metadata.name}`);
}

test("taking one hub down ends all of it, while the other's server and Dask cluster compute on", async () => {
  const ann = await User.signIn(urls.workshop, "ann", secretOf(workshop.id, "password"));
  expect(await ann.spawn("python")).toBeUndefined();
  const [kept, lost] = await Promise.all([ann.python(made), anna.python(made)]);
  expect(lost).toMatch(/^alps-prod\./);
  const held = await ann.python(`${connected(kept.trim())}\n${computes}`);
  const { cluster } = bed;
  await cluster.helm(["uninstall", "prod-objects", "--namespace", prod.namespace]);
  await cluster.kubectl(["delete", "namespace", prod.namespace, "--wait=true", "--timeout=180s"]);
  const hub = () =>
    fetch(`${urls.prod}/hub/health`).then(
      () => false,
      () => true,
    );
  await until("the hub answers no more", 60, hub);
  expect(await ann.request(`${ann.server}lab`)).toMatchObject({ status: 200 });
  expect(await ann.python(`${connected(kept.trim())}\n${result}`)).toBe(held);
  expect(await nodesOf(cluster, workshop, component("dask-worker"))).toEqual(["dask-0", "dask-0"]);
});

/** Leaves a result on the cluster's workers, and prints it. */
const computes = `
client = cluster.get_client()
future = client.submit(sum, range(1000), key="kept")
client.publish_dataset(kept=future)
print(future.result())
`;

/** Prints what is there since before. */
const result = `
client = cluster.get_client()
print(client.get_dataset("kept").result())
assert client.submit(sum, range(3)).result() == 3
`;
