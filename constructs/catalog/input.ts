/** Who may read a dataset: anybody, the federation's members, or sites and groups. */
export type CatalogAccess =
  | "public"
  | "federation"
  | { readonly sites?: readonly string[] | undefined; readonly groups?: readonly string[] | undefined };

/** Where a dataset's bytes are, for clients of the store. */
export interface CatalogPlace {
  readonly bucket: string;
  /** The S3 API's URL, without a slash at the end. */
  readonly endpoint: string;
  readonly region: string;
  /** ENDPOINT/BUCKET/KEY (true) or BUCKET.ENDPOINT/KEY. */
  readonly pathStyle: boolean;
  /** Readers of other accounts pay, and must say so. Default false. */
  readonly requesterPays?: boolean;
  /** How the store's own clients spell it. Default `s3`. */
  readonly scheme?: "gs";
}

/** What the catalog says of a dataset before anybody has looked into its store. */
export interface CatalogDataset {
  readonly id: string;
  readonly title: string;
  /** Markdown. */
  readonly description: string;
  readonly keywords: readonly string[];
  readonly kind: "zarr" | "icechunk" | "references" | "cog" | "parquet" | "tiledb";
  /** SPDX identifier, or `other`. */
  readonly license: string;
  readonly access: CatalogAccess;
  readonly place: CatalogPlace;
  /** `s3://bucket/path`, or `gs://bucket/path`. */
  readonly uri: string;
  /** The link that needs no site-specific code; null where there is none for everybody. */
  readonly https: string | null;
  /** The site whose gateway the link leads to; null where it leads to the store itself. */
  readonly servedBy: string | null;
  /** Its copies; those that its record says are whole are listed. Default none. */
  readonly copies?: readonly CatalogCopy[];
}

/** A dataset's copy at another site. */
export interface CatalogCopy {
  readonly site: string;
  readonly institution: string;
  readonly place: CatalogPlace;
  /** `s3://bucket/path`, or `gs://bucket/path`. */
  readonly uri: string;
  readonly https: string;
}

/** A hub as other sites see it. */
export interface CatalogHub {
  readonly id: string;
  readonly title: string;
  /** Ends in a slash. */
  readonly url: string;
  /** Null where the hub has no Dask Gateway. */
  readonly dask: object | null;
}

/** A site. What it does not have is null. */
export interface CatalogSite {
  readonly id: string;
  readonly institution: string;
  readonly provider: string;
  readonly timezone: string;
  /** RFC 3339; null for never. */
  readonly expires: string | null;
  /** The site's portal, without a slash at the end. */
  readonly url: string | null;
  /** Where its catalog and data lie, without a slash at the end. */
  readonly dataUrl: string | null;
  /** The root page of this site's copy of the catalog; null where the site publishes none. */
  readonly catalog: string | null;
  /** Null where the site has no Zarr gateway. */
  readonly gateway: object | null;
  /** Region or place. */
  readonly region?: string;
  /** The site whose gateway fronts this one's data. */
  readonly servedBy?: string | null;
  readonly hubs: readonly CatalogHub[];
  readonly datasets: readonly CatalogDataset[];
}

/** The federation's public metadata: what the catalog is made of, beside the datasets' records. */
export interface CatalogFederation {
  readonly id: string;
  readonly title: string;
  /** An e-mail address or a URL. */
  readonly contact: string;
  readonly sites: readonly CatalogSite[];
}
