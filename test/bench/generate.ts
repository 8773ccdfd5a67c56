import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes a federation of `count` local sites into a directory and returns its federation file. Each site: 3 buckets, 3 datasets, 1 hub. */
export function generateFederation(directory: string, count: number): string {
  mkdirSync(join(directory, "sites"), { recursive: true });
  const file = join(directory, "federation.yaml");
  writeFileSync(
    file,
    `format: 1
federation: bench
title: Benchmark
contact: ops@bench.example
defaults:
  hub:
    allow: everyone
    defaultProfile: small
    profiles:
      small: {title: Small, cores: 1, memory: 2Gi}
      large: {title: Large, cores: 4, memory: 16Gi}
sites: [sites/*.yaml]
`,
  );
  for (let i = 0; i < count; i++) writeFileSync(join(directory, "sites", `s${i}.yaml`), siteFile(i));
  return file;
}

function siteFile(i: number): string {
  const datasets = [0, 1, 2].map(
    (d) =>
      `  set-${i}-${d}: {title: Dataset ${d} of site ${i}, bucket: library, path: data/${d}, kind: zarr, license: CC-BY-4.0, publishers: [prod]}`,
  );
  return `site: s${i}
institution: Institution ${i}
provider: hpc
login: here
scheduler: {kind: local}
listen: {port: ${10_000 + i * 20}}
lake:
  buckets:
    scratch: {purpose: scratch, expire: {days: 7}}
    persistent: {purpose: persistent}
    library: {purpose: library, public: true}
datasets:
${datasets.join("\n")}
hubs:
  prod: {ports: ${10_005 + i * 20}}
`;
}
