import { dataLines, dataTypes, fileType, headerMaps, jsonAnswer, location } from "./headers";
import { type ForeignDataset, type GatewayDataset, type GatewayProps, gatewayPaths, pattern, word } from "./input";
import { absent, directoryLines, type Key, redirected, storeLines, storeMaps } from "./origins";

/** Location blocks of the gateway: one shape of URL, whatever the origin. Longest prefix wins, so order does not matter. */
export function datasetLocations(props: GatewayProps): string[] {
  return [
    ...props.datasets.flatMap((d) => own(d, props.machineConf !== undefined)),
    elsewhere(props),
    ...gatewayPaths.map((path) => location(path, [...dataLines, ...unknown])),
    ...(props.datasets.some((d) => d.origin.kind === "directory") ? [absent] : []),
    ...(hasStores(props) ? [redirected] : []),
  ];
}

/** What these locations need in nginx's `http` block. `cacheBytes`: the most that is kept of other stores' objects. */
export function datasetMaps(props: GatewayProps & { readonly cacheBytes: number }): string[] {
  return [
    ...headerMaps,
    ...foreignMaps(props.foreign),
    ...(props.replicated ? [unsure] : []),
    ...(hasStores(props) ? storeMaps(props, props.cacheBytes) : []),
  ];
}

function hasStores({ datasets }: GatewayProps): boolean {
  return datasets.some((d) => d.origin.kind === "http");
}

/**
 * Never served: names that a store's own tools use (Zarr v2's metadata are the only dot files), directories, and names with
 * control characters, which `.` and `$` of nginx's patterns treat in ways of their own.
 */
const unserved = String.raw`if ($uri ~ "/\.(?!z(array|attrs|group|metadata)$)|/$|[[:cntrl:]]") { return 404; }`;

function own(dataset: GatewayDataset, verified: boolean): string[] {
  const { at } = dataset;
  const below = originLines(dataset, { pattern: `"^${pattern(at)}/(.*)$"`, rest: "/$1" }, verified);
  return [itself(dataset, verified), location(`^~ ${word(at)}/`, [...dataLines, ...dataTypes, unserved, ...below])];
}

/** A store's own path has a location, or nginx would answer it with a redirect, which some range clients do not follow. */
function itself(dataset: GatewayDataset, verified: boolean): string {
  const { at, file } = dataset;
  const lines =
    file === undefined
      ? jsonAnswer(404, { error: `a store, not an object: ask for ${word(at)}/KEY` })
      : [...fileType(file), ...originLines(dataset, { pattern: `"^${pattern(at)}$"`, rest: "" }, verified)];
  return location(`= ${word(at)}`, [...dataLines, ...lines]);
}

function originLines({ origin }: GatewayDataset, key: Key, verified: boolean): string[] {
  return origin.kind === "directory" ? directoryLines(key, origin) : storeLines(key, origin, verified);
}

const unknown = jsonAnswer(404, { error: "no such dataset here", catalog: "/stac/catalog.json" });

/**
 * A pointer instead of a redirect: both hops of a redirect would need CORS, and some range clients break on them. One location and
 * a table, since a federation has many more datasets elsewhere than here.
 */
function elsewhere({ replicated }: GatewayProps): string {
  const match = String.raw`~ "^(?<gateway_at>/(?:zarr|icechunk|files)/(?<gateway_id>[^/]+?)(?:\.zarr)?)(?:/|$)"`;
  return location(match, [
    ...dataLines,
    "add_header Link $gateway_link always;",
    ...(replicated ? ["if ($gateway_unsure) { return 503; }"] : []),
    `if ($gateway_elsewhere = "") { ${unknown.at(-1)} }`,
    "default_type application/json;",
    `return 404 '{"error":"dataset $gateway_id is served elsewhere","url":"$gateway_elsewhere"}';`,
  ]);
}

/** Keys of Zarr stores, but for their metadata: asked where a store is not served, somebody has seen it elsewhere. */
const unsure = String.raw`map $uri $gateway_unsure {
  default "";
  "~^/zarr/[^/]+/(?!(.*/)?(zarr\.json|\.z(array|attrs|group|metadata))$)." 1;
}`;

function foreignMaps(foreign: readonly ForeignDataset[]): string[] {
  const rows = foreign.map(({ at, url }) => `${word(at)} ${word(url)};`);
  return [
    `map $gateway_at $gateway_elsewhere {\n  default "";\n${rows.map((row) => `  ${row}\n`).join("")}}`,
    `map $gateway_elsewhere $gateway_link { "" ""; default '<$gateway_elsewhere>; rel="alternate"'; }`,
  ];
}
