import { isForHubsOf } from "../resolve/audience";
import type { ResolvedFederation } from "../resolve/federation";
import { hostedBy, hostOf, hubsReading, isOwner, isReader, type Owner, type Reader } from "../resolve/grants";
import type { Rule, RuleFinding } from "./rule";

/** Issuers of tokens that an account of AWS knows, unless it asked for more: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const mostIssuers = 100;

/** Members that a policy of Google's takes, less what a site's own hubs are: https://cloud.google.com/iam/quotas */
const mostMembers = 1500 - 100;

export const readersAbroad: Rule = {
  id: "readers-abroad",
  reason: "In a cloud not its own a hub is somebody because a site there says so, who could be that somebody too.",
  check: (federation) => [
    ...federation.sites
      .filter(isOwner)
      .flatMap((owner) => [
        ...numberless(federation, owner),
        ...tooManyHosted(federation, owner),
        ...tooManyMembers(federation, owner),
      ]),
    ...federation.sites
      .filter(isReader)
      .flatMap((reader) => [...letsHostIn(federation, "aws", reader), ...letsHostIn(federation, "google", reader)]),
  ],
};

function numberless(federation: ResolvedFederation, owner: Owner): RuleFinding[] {
  if (owner.provider !== "google" || owner.projectNumber !== null) return [];
  const hosted = hostedBy(federation, owner).map(({ id }) => id);
  if (hosted.length === 0) return [];
  return [
    {
      ...{ site: owner.id, path: ["project"] },
      message: `hubs of ${hosted.join(", ")} read what it keeps for them, and Google Cloud knows those by the project's number`,
      fix: `write projectNumber, as gcloud projects describe ${owner.project} --format="value(projectNumber)" prints it, in quotes`,
    },
  ];
}

/** Sites of one account share its quota. */
function tooManyHosted(federation: ResolvedFederation, owner: Owner): RuleFinding[] {
  if (owner.provider !== "aws") return [];
  const alike = federation.sites.filter((site) => site.provider === "aws" && site.account === owner.account);
  const hosted = alike.flatMap((site) => (isOwner(site) ? hostedBy(federation, site) : []));
  if (hosted.length <= mostIssuers || hostedBy(federation, owner).length === 0) return [];
  const message = `hubs of ${hosted.length} sites on other clouds would be known in its account, which knows ${mostIssuers} issuers of tokens`;
  return [{ site: owner.id, path: ["account"], message, fix: "name fewer sites in the access of its datasets" }];
}

function tooManyMembers(federation: ResolvedFederation, owner: Owner): RuleFinding[] {
  if (owner.provider !== "google") return [];
  return owner.buckets.flatMap((bucket): RuleFinding[] => {
    const { length } = hubsReading(federation, owner, bucket);
    if (length <= mostMembers) return [];
    const message = `its policy would name ${length} hubs of other sites, more than Google Cloud takes`;
    const fix = "name fewer sites in the access of its datasets, or make it public";
    return [{ site: owner.id, path: ["lake", "buckets", bucket.id], atKey: true, message, fix }];
  });
}

/** Who administers the account or project that knows a hub could be that hub: data that the hub reads elsewhere must be for that site too. */
function letsHostIn(federation: ResolvedFederation, provider: Owner["provider"], reader: Reader): RuleFinding[] {
  const host = hostOf(federation, provider, reader);
  if (!host) return [];
  return federation.sites.filter(isOwner).flatMap((owner) => {
    if (owner.provider !== provider || owner.id === host.id || isSameGround(owner, host)) return [];
    return owner.datasets.flatMap((dataset): RuleFinding[] => {
      const bucket = owner.buckets.find(({ id }) => id === dataset.bucket);
      if (!bucket || isForHubsOf(dataset.access, host.id)) return [];
      if (!hubsReading(federation, owner, bucket).some(({ site }) => site.id === reader.id)) return [];
      return [
        {
          ...{ site: owner.id, path: ["datasets", dataset.id, "access"] },
          message: `hubs of ${reader.id} would read it as what they are in ${host.id}'s ${provider === "aws" ? "account" : "project"}, whose people could then read it too, and it is not for them`,
          fix: `name ${host.id} in its sites, leave ${reader.id} out, or let ${host.id} keep nothing for ${reader.id}`,
        },
      ];
    });
  });
}

function isSameGround(a: Owner, b: Owner): boolean {
  if (a.provider === "aws") return b.provider === "aws" && a.account === b.account;
  return b.provider === "google" && a.project === b.project;
}
