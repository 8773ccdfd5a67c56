/** Where the bytes of a dataset come from. */
export type Origin =
  /** A directory below nginx's prefix: `buckets/<bucket>/<path>`, split where symbolic links may no longer be followed. */
  | { readonly kind: "directory"; readonly bucket: string; readonly path: string }
  /** An HTTP server that answers 404 for what is missing: a store's endpoint with bucket and path, or a dynamic layer. */
  | { readonly kind: "http"; readonly url: string };

/** A public dataset that this gateway serves. */
export interface GatewayDataset {
  readonly id: string;
  /** Path at the gateway, without a slash at the end: `/zarr/ID.zarr`, `/icechunk/ID`, `/files/ID` (`datasetPath` of config/names). */
  readonly at: string;
  readonly origin: Origin;
  /** The media type of the file at the path itself. Default: the path is a store, and only what lies below it is served. */
  readonly file?: string;
}

/** A dataset of the federation that another gateway (or the store itself) serves. */
export interface ForeignDataset {
  /** Path that a reader would try here. */
  readonly at: string;
  /** Where it is. */
  readonly url: string;
}

/** What the gateway answers for. A dataset that is not public is in neither list: asked for here, it answers as if it did not exist. */
export interface GatewayProps {
  readonly datasets: readonly GatewayDataset[];
  readonly foreign: readonly ForeignDataset[];
  /**
   * A file with what only the machine knows, by its path relative to the configuration's: nginx's `resolver` and
   * `proxy_ssl_trusted_certificate`. With it, names of stores are resolved while nginx runs, and certificates are checked.
   * Default none: they are resolved once, a name that cannot be resolved keeps nginx from starting, nothing is checked.
   */
  readonly machineConf?: string;
  /**
   * Whether others answer beside this one, which learn of a dataset that comes, moves or goes before or after it does: a reader who
   * found the metadata there must not take a 404 from here for a chunk that was never written. So keys of Zarr stores that are not
   * served here are 503, but for metadata. Default false.
   */
  readonly replicated?: boolean;
}

/** First path words that belong to the gateway. */
export const gatewayPaths = ["/zarr/", "/icechunk/", "/files/"] as const;

/**
 * A word for nginx's configuration. What passed the config's schema passes here; anything that could end a word or start a
 * directive is a bug of ours, not a user's mistake.
 */
export function word(text: string): string {
  if (!/^[\w./:@+~[\]-]+$/.test(text)) throw new Error(`not a word for nginx: ${JSON.stringify(text)}`);
  return text;
}

/** A text in quotes: a constant of ours. */
export function quoted(text: string): string {
  if (!/^[\w ./;=+-]+$/.test(text)) throw new Error(`not a text for nginx: ${JSON.stringify(text)}`);
  return `"${text}"`;
}

/** A word inside a regular expression. */
export function pattern(text: string): string {
  return word(text).replaceAll(/[.+[\]-]/g, "\\$&");
}
