import { fetchPage } from "./fetch";

/** What readers of a kind ask for first below a dataset's link; any one of them will do. Default: the link itself. */
const entrances: Readonly<Record<string, readonly string[]>> = {
  zarr: ["/zarr.json", "/.zmetadata"],
  icechunk: ["/repo", "/refs/branch.main/ref.json"],
  parquet: ["", "/_metadata"],
  references: ["", "/.zmetadata"],
};

/** Whether a dataset is there: what answered, or what was tried. */
export type Served = { readonly found: string } | { readonly tried: string };

/** Asks a dataset's link as a reader of its kind would. */
export async function served(kind: string, link: string, signal: AbortSignal): Promise<Served> {
  const tried: string[] = [];
  for (const key of entrances[kind] ?? [""]) {
    const { status, headers } = await fetchPage(link + key, signal, "HEAD");
    if (status === 200) return { found: `${link}${key}, ${headers.get("content-length") ?? "?"} bytes` };
    tried.push(`${link}${key} answers ${status}`);
  }
  return { tried: tried.join("; ") };
}
