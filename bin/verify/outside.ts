import { type ResolvedSite, standsOnCluster } from "../../config/resolve/site";
import { carriedTo } from "../carried";
import { catalogOf } from "../catalog-files";
import { Failure } from "../failure";
import type { Config } from "../load-or-exit";
import { tunnelFor } from "../ssh-kit";
import { type Checks, Skipped, Unmet } from "./check";
import { verifyCopies } from "./copies";
import { fetchPage } from "./fetch";
import { served } from "./served";

/** What anybody sees of a site without signing in: its front, its catalog, its datasets. */
export async function verifyOutside(config: Config, site: ResolvedSite, checks: Checks, signal: AbortSignal) {
  const tunnel = tunnelFor(site);
  const reach = tunnel === undefined ? "" : `; it is reached from here while this runs: ${tunnel}`;
  const carried = carriedTo(site) !== undefined;
  const told = carried ? `isthmus up ${site.id} prints what is run on its machine` : undefined;
  const status = told ?? `isthmus status shows what runs, isthmus up starts it${reach}`;
  const url = site.dataUrl;
  if (url !== null) {
    await checks.run(site.id, "the front answers", status, () => answers(`${url}/healthz`, signal));
    const files = catalogOf(config);
    const same = (base: string) => sameCatalog(base, files, signal);
    await checks.run(site.id, "the catalog is the config's", told ?? "isthmus up puts the pages in place", () =>
      same(url),
    );
    for (const other of config.federation.sites)
      if (other.id !== site.id) {
        const there = other.dataUrl;
        if (there !== null)
          await checks.run(site.id, `the catalog is the same at ${other.id}`, `isthmus up ${other.id}`, () =>
            equalCatalogs(url, there, [...files.keys()], signal),
          );
      }
  }
  if (standsOnCluster(site) || carried)
    for (const hub of site.hubs)
      await checks.run(`${site.id}/${hub.id}`, "the hub answers", status, () =>
        answers(`${hub.url}hub/health`, signal),
      );
  for (const dataset of site.datasets)
    await checks.run(site.id, `${dataset.id} is served`, "is it published? isthmus status", () => {
      if (dataset.https === null) throw new Skipped("not public: there is no link without a grant");
      return isServed(dataset.kind, dataset.https, signal);
    });
  await verifyCopies(config, site, checks, signal);
}

async function answers(at: string, signal: AbortSignal): Promise<string> {
  const { status } = await fetchPage(at, signal);
  if (status !== 200) throw new Failure(`${at} answers ${status}`);
  return at;
}

/** Served pages are those that the config and its records give now. */
async function sameCatalog(base: string, files: ReadonlyMap<string, string>, signal: AbortSignal): Promise<string> {
  for (const [path, text] of files) {
    const { status, bytes } = await fetchPage(`${base}/${path}`, signal);
    if (status !== 200) throw new Failure(`${base}/${path} answers ${status}`);
    if (!bytes.equals(Buffer.from(text)))
      throw new Failure(`${base}/${path} is not what the config says: it or a record changed since`);
  }
  return `${files.size} pages at ${base}/stac/catalog.json`;
}

/** Two sites serve the same bytes. A site that is not up cannot be compared with. */
async function equalCatalogs(a: string, b: string, paths: readonly string[], signal: AbortSignal): Promise<string> {
  for (const path of paths) {
    const there = await fetchPage(`${b}/${path}`, signal).catch((error: unknown) => {
      if (error instanceof Failure) throw new Skipped(error.message);
      throw error;
    });
    const here = await fetchPage(`${a}/${path}`, signal);
    if (!here.bytes.equals(there.bytes) || here.status !== there.status)
      throw new Failure(`${path} differs between ${a} and ${b}`);
  }
  return `${paths.length} pages, byte for byte`;
}

async function isServed(kind: string, link: string, signal: AbortSignal): Promise<string> {
  const answer = await served(kind, link, signal);
  if ("found" in answer) return answer.found;
  throw new Unmet(answer.tried, "is it published? a site's datasets are written by their `publishers`");
}
