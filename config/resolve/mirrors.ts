import type { ResolvedAwsBucket, ResolvedAwsSite } from "./aws-site";
import type { ResolvedFederation } from "./federation";
import type { ResolvedDataset } from "./lake";

/** A dataset's copy in a bucket of another site on AWS, kept up by S3. */
export interface Mirror {
  readonly dataset: ResolvedDataset;
  readonly from: { readonly site: ResolvedAwsSite; readonly bucket: ResolvedAwsBucket };
  readonly to: { readonly site: ResolvedAwsSite; readonly bucket: ResolvedAwsBucket };
  /** What the keys of its objects begin with, at both. */
  readonly prefix: string;
}

/** Every mirror of the federation whose ends are there; the others are a rule's to refuse. */
export function mirrorsOf(federation: ResolvedFederation): Mirror[] {
  const sites = federation.sites.filter((site) => site.provider === "aws");
  return sites.flatMap((site) =>
    site.datasets.flatMap((dataset) =>
      dataset.mirrors.flatMap((mirror) => {
        const target = sites.find((one) => one.id === mirror.site);
        const bucket = site.buckets.find(({ id }) => id === dataset.bucket);
        const copies = target?.buckets.find(({ id }) => id === mirror.bucket);
        if (!target || !bucket || !copies) return [];
        return [{ dataset, from: { site, bucket }, to: { site: target, bucket: copies }, prefix: prefixOf(dataset) }];
      }),
    ),
  );
}

/** A store is a tree of objects; of the other kinds it may be one, named like the path. */
function prefixOf({ kind, path }: ResolvedDataset): string {
  return kind === "zarr" || kind === "icechunk" || kind === "tiledb" ? `${path}/` : path;
}
