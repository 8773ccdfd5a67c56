import type { App } from "cdktf";
import type { ResolvedHpcSite } from "../../config/resolve/site";
import { carriedFiles, carriedFolder } from "../../constructs/hpc/carried";
import type { FederationProps, SiteStack } from "../site-stack";
import { HpcBaseStack } from "./base";
import { HpcHubStack } from "./hub";

/** The base of a site, and a stack for each hub, which comes and goes beside it. */
export function hpcStacks(
  app: App,
  site: ResolvedHpcSite,
  { federation, catalog, places }: FederationProps,
): SiteStack[] {
  const base = new HpcBaseStack(app, { federation, site, catalog, places });
  const hubs = site.hubs.map((hub) => {
    const stack = new HpcHubStack(app, { federation, site, hub, places });
    stack.addDependency(base);
    return stack;
  });
  const { id, login, root } = site;
  if (login !== "here" && login.kind === "bundle")
    base.addFiles(
      carriedFolder,
      carriedFiles({ federation: federation.id, site: id, root, python: login.python }, [base, ...hubs]),
    );
  return [base, ...hubs];
}
