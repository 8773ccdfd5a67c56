import type { Path } from "../faults";
import type { ResolvedHpcSite } from "../resolve/site";
import type { Rule, RuleFinding } from "./rule";
import { hpcSites } from "./walk";

export const batchSite: Rule = {
  id: "batch-site",
  reason: "Jobs on other machines must find the hub, and the site's programs and files.",
  check: (federation) =>
    hpcSites(federation).flatMap((site) => (site.batch === null ? [] : [...reached(site), ...onSharedFiles(site)])),
};

function finding(site: ResolvedHpcSite, path: Path, message: string, rest: Omit<RuleFinding, "path" | "message">) {
  return { site: site.id, path, message, ...rest };
}

function reached(site: ResolvedHpcSite): RuleFinding[] {
  const { network, listenHost } = site.written;
  const missing = "jobs are not told where to find the hub: the machine's address on the cluster's network is missing";
  const inTheClear = "jobs would ask hubs at the site's https address, and it has no certificate";
  return [
    ...(network?.encrypt && !site.certificate
      ? [
          finding(site, ["network", "encrypt"], inTheClear, {
            fix: "write `tls` of kind files or acme, or remove it",
          }),
        ]
      : []),
    ...(network ? [] : [finding(site, ["network"], missing, { fix: "write network: {hubAddress: login1-int}" })]),
    ...(listenHost === undefined || site.certificate
      ? []
      : [
          finding(
            site,
            ["listen", "host"],
            "with a batch system and without a certificate the site listens at `network.hubAddress`",
            {
              fix: "remove it",
            },
          ),
        ]),
  ];
}

function onSharedFiles(site: ResolvedHpcSite): RuleFinding[] {
  if (site.root.startsWith("/")) return [];
  const message = "jobs run from the site's directory, which must be at one path on all machines";
  return [
    finding(site, ["storage", "root"], message, {
      allowed: "an absolute path on a file system that compute nodes see",
      fix: "write storage: {root: /p/project/pangeo}",
    }),
  ];
}
