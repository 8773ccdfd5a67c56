import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { type Fault, type FaultFormat, formatFaults } from "../../config/faults";
import { type Loaded, loadFederation } from "../../config/load";
import type { ResolvedHub } from "../../config/resolve/hub";
import type { ResolvedHpcSite } from "../../config/resolve/site";

/** Path below the federation's folder -> content. */
export type Files = Readonly<Record<string, string | Buffer>>;

/** A federation file whose hubs need nothing but ports. */
export const federationYaml = `format: 1
federation: fed
title: A federation
contact: ops@fed.example
defaults:
  hub:
    allow: everyone
    defaultProfile: small
    profiles: {small: {title: Small, cores: 1, memory: 2Gi}}
sites: [sites/*.yaml]
`;

/** The seven lines that start every site on this machine; `rest` begins at line 7. */
export function hpc(site: string, port: number, rest = ""): string {
  return `site: ${site}
institution: Institute ${site}
provider: hpc
login: here
scheduler: {kind: local}
listen: {port: ${port}}
${rest}`;
}

/** The nine lines that start every site on a Slurm cluster; `rest` begins at line 10. */
export function slurm(site: string, port: number, rest = "", scheduler = ""): string {
  return `${hpc(site, port).replace("{kind: local}", `{kind: slurm${scheduler}}`)}storage: {root: /p/${site}}
network: {hubAddress: login1-int}
${rest}`;
}

/** The start of a data-only site; `rest` begins at line 6. */
export function store(site: string, rest = ""): string {
  return `site: ${site}
institution: Store ${site}
provider: store
endpoint: https://s3.example.org
anonymous: true
${rest}`;
}

/** The start of a site on AWS, which lacks only its lake's buckets; `rest` begins at line 7. */
export function aws(site: string, rest = "", buckets = ""): string {
  return `site: ${site}
institution: Institute ${site}
provider: aws
account: "111122223333"
region: us-west-2
lake: {buckets: {${buckets}}}
${rest}`;
}

/** The start of a site on AWS with a cluster of one pool; `keys` are further ones of the cluster, `rest` begins after its hub. */
export function eks(site: string, { pool = "", keys = "", zones = "us-west-2a, us-west-2b", rest = "" } = {}): string {
  return `${aws(site, "", "l: {purpose: library}")}zones: [${zones}]
domain: ${site}.example
budget: none
cluster:
  pools:
    user: {for: user, machines: [r7i.xlarge], maxNodes: 4${pool}}
${keys && `  ${keys}\n`}homes: {main: {size: 100Gi, quota: 10Gi}}
hubs: {prod: {allow: {idps: [one.example]}}}
${rest}`;
}

/** A federation file whose hubs on Kubernetes need nothing more. */
export const clusterYaml = `format: 1
federation: fed
title: A federation
contact: ops@fed.example
identity:
  kind: cilogon
  client: {id: c, secret: {env: S}}
  idps: {one.example: {entity: e, claim: eppn}, two.example: {entity: f, claim: eppn}}
  groups: {snow: {claim: groups, value: snow}}
defaults:
  site: {storageClass: disks}
  hub:
    allow: everyone
    defaultProfile: small
    profiles: {small: {title: Small, image: "quay.io/pangeo/pangeo-notebook:1"}}
sites: [sites/*.yaml]
`;

/** The pool that hubs on Kubernetes need: a node gives 7.61 cores and 57.8 GiB to notebooks. */
export const userPool = "user: {for: user, select: {role: user}, vcpu: 8, memory: 64Gi, maxNodes: 10}";

/** A dask pool: a node gives 15.5 cores and 57.8 GiB to workers. */
export const daskPool = "dask: {for: dask, select: {role: dask}, vcpu: 16, memory: 64Gi, maxNodes: 20}";

/** A home, without which files go with the server. */
export const mainHome = "homes: {main: {size: 100Gi, quota: 10Gi}}\n";

/** The seven lines that start every site on Kubernetes, with these pools; `rest` begins at line 8. */
export function kubernetes(site: string, rest = "", pools = userPool): string {
  return `site: ${site}
institution: Institute ${site}
provider: kubernetes
domain: ${site}.fed.example
kubeconfig: {context: ${site}}
objectStore: {endpoint: "https://s3.${site}.example", accessKey: {env: K}, secretKey: {env: S}}
cluster: {pools: {${pools}}}
${rest}`;
}

/** Faults of a federation with one site on Kubernetes: its hub `prod`, with these keys in line 9, and what follows. */
export function ofHub(keys: string, pools = userPool, rest = ""): readonly Fault[] {
  const site = kubernetes("a", `${mainHome}hubs: {prod: {${keys}}}\n${rest}`, pools);
  return load({ "federation.yaml": clusterYaml, "sites/a.yaml": site }).faults;
}

/** Faults of a federation with one site on Kubernetes that has these keys from line 8 on. */
export function ofCluster(rest: string, pools = userPool, top = clusterYaml): readonly Fault[] {
  return load({ "federation.yaml": top, "sites/a.yaml": kubernetes("a", rest, pools) }).faults;
}

/** Keys of a dataset that a test does not speak of. */
export const plain = "title: T, kind: zarr, license: CC0-1.0";

/** Writes files into a folder, loads `federation.yaml` there, removes the folder; files of faults are relative to it. */
export function load(files: Files, prepare: (folder: string) => void = () => undefined): Loaded {
  const folder = mkdtempSync(join(tmpdir(), "isthmus-config-"));
  try {
    for (const [path, content] of Object.entries({ "federation.yaml": federationYaml, ...files })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    prepare(folder);
    const loaded = loadFederation(join(folder, "federation.yaml"));
    const near = (file: string) => relative(folder, resolve(file));
    const shorter = (text: string) => text.replaceAll(`${folder}/`, "");
    const texts = (f: Fault) => ({
      ...f,
      file: near(f.file),
      message: shorter(f.message),
      ...(f.fix === undefined ? {} : { fix: shorter(f.fix) }),
    });
    return { ...loaded, faults: loaded.faults.map(texts), files: loaded.files.map(near) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Faults as short lines: `file:line:col code path: message`. */
export function faultsOf(files: Files, prepare?: (folder: string) => void): string[] {
  return load(files, prepare).faults.map((f) => `${f.file}:${f.line}:${f.col} ${f.code} ${f.path}: ${f.message}`);
}

/** All faults as `isthmus validate` prints them. */
export function printed(files: Files, format: FaultFormat = "text"): string {
  return formatFaults(load(files).faults, format);
}

/** A site of a federation that must be valid. */
export function siteOf(files: Files, id: string): ResolvedHpcSite {
  const { federation, faults } = load(files);
  const site = federation?.sites.find((s) => s.id === id);
  if (site?.provider !== "hpc") throw new Error(`no site ${id}: ${formatFaults(faults, "text")}`);
  return site;
}

/** The hub `hub` of such a site. */
export function hubOf(files: Files, site: string, hub: string): ResolvedHub {
  const found = siteOf(files, site).hubs.find((h) => h.id === hub);
  if (!found) throw new Error(`no hub ${hub}`);
  return found;
}

/** Faults of a site on AWS with a cluster, perhaps with others beside it. */
export function ofEks(site: string, others: Files = {}): readonly string[] {
  return faultsOf({
    ...others,
    "federation.yaml": clusterYaml.replace("  site: {storageClass: disks}\n", ""),
    "sites/a.yaml": site,
  });
}

/** A site on Google Cloud with a cluster, of which parts may be added: keys of the pool, of the cluster, of the site. */
export function gke(
  parts: { zones?: string; machines?: string; pool?: string; keys?: string; rest?: string } = {},
): string {
  const { zones = "us-central1-b", machines = "n2-highmem-4", pool = "", keys = "", rest = "budget: none\n" } = parts;
  const cluster = `cluster:
  pools:
    user: {for: user, machines: [${machines}], maxNodes: 10${pool}}
${keys === "" ? "" : `  ${keys}\n`}`;
  return google("a", `zones: [${zones}]\ndomain: a.example\n${cluster}${rest}`);
}

/** Faults of such a site alone. */
export function ofGke(parts: Parameters<typeof gke>[0] = {}): readonly string[] {
  return faultsOf({ "sites/a.yaml": gke(parts) });
}

/** The start of a site on Google Cloud, which lacks only its lake's buckets; `rest` begins at line 7. */
export function google(site: string, rest = "", buckets = ""): string {
  return `site: ${site}
institution: Institute ${site}
provider: google
project: ${site}-project
region: us-central1
lake: {buckets: {${buckets}}}
${rest}`;
}
