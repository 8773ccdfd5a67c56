import type { ResolvedFederation } from "../resolve/federation";
import type { ResolvedDataset } from "../resolve/lake";
import { didYouMean, listed } from "../suggest";
import type { Rule, RuleContext, RuleFinding } from "./rule";
import { allDatasets } from "./walk";

export const accessMembers: Rule = {
  id: "access-members",
  reason: "Who may read is said by names, and a name that means nobody lets the wrong people in or keeps all out.",
  check: (federation, context) => [
    ...unknownMembers(federation),
    ...allDatasets(federation).flatMap(({ site, dataset }) =>
      ofDataset(dataset, federation, context).map((finding) => ({
        ...finding,
        site: site.id,
        path: ["datasets", dataset.id, "access", ...finding.path],
      })),
    ),
  ],
};

/** Members are institutions that may vouch. */
function unknownMembers({ identity }: ResolvedFederation): RuleFinding[] {
  return (identity?.members ?? []).flatMap((idp, i) =>
    identity?.idps.includes(idp)
      ? []
      : [unknown(["identity", "members", "idps", i], "institution", idp, identity?.idps)],
  );
}

function ofDataset({ access }: ResolvedDataset, federation: ResolvedFederation, context: RuleContext): RuleFinding[] {
  if (access === "public") return [];
  if (access === "federation") {
    const message = "nothing says who the federation's members are";
    const fix = "list their institutions under identity.members.idps in the federation file";
    return federation.identity?.members ? [] : [{ path: [], message, fix }];
  }
  const sites = [...federation.sites.map((s) => s.id), ...context.faultySites];
  const groups = federation.identity?.groups;
  if (!access.sites && !access.groups)
    return [{ path: [], message: "it names nobody", allowed: "sites, groups, or both", fix: "write who may read it" }];
  return [
    ...(access.sites ?? []).flatMap((id, i) => (sites.includes(id) ? [] : [unknown(["sites", i], "site", id, sites)])),
    ...(access.groups ?? []).flatMap((id, i) =>
      groups?.includes(id) ? [] : [unknown(["groups", i], "group in identity.groups", id, groups)],
    ),
  ];
}

function unknown(path: (string | number)[], what: string, name: string, known: readonly string[] = []): RuleFinding {
  const fix = didYouMean(name, known) ?? (known.length > 0 ? "name one of those" : "remove it, or define one");
  return { path, message: `the federation has no such ${what}`, allowed: listed(known), fix };
}
