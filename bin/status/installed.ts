import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What runs at a site, by the files that it was installed with. */
export interface Installed {
  /** Of the site's front, without a slash at the end. */
  readonly url: string | null;
  readonly hubs: ReadonlyMap<string, { readonly title: string; readonly url: string }>;
}

/** Reads the current releases of a base and of these hubs; what is not installed is left out. */
export function installedAt(root: string, hubs: Iterable<string>): Installed {
  const base = siteJson(root, "base");
  const found = [...hubs].flatMap((id): [string, { title: string; url: string }][] => {
    const hub = siteJson(root, id);
    return hub ? [[id, { title: hub.title ?? id, url: `${hub.url}${hub.basePath ?? "/"}` }]] : [];
  });
  return { url: base?.url ?? null, hubs: new Map(found) };
}

interface SiteJson {
  readonly url: string;
  readonly title?: string;
  readonly basePath?: string;
}

function siteJson(root: string, id: string): SiteJson | undefined {
  const path = join(root, "current", id, "site.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as SiteJson) : undefined;
}
