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

/** The start of a data-only site; `rest` begins at line 6. */
export function store(site: string, rest = ""): string {
  return `site: ${site}
institution: Store ${site}
provider: store
endpoint: https://s3.example.org
anonymous: true
${rest}`;
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
