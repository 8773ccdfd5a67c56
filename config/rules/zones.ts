import { listed } from "../suggest";
import type { Rule, RuleFinding } from "./rule";
import { awsClusters, googleClusters } from "./walk";

export const zones: Rule = {
  id: "zones",
  reason: "Nodes and disks are made in zones of the site's region, each of which has its subnets.",
  check: (federation) => [
    ...awsClusters(federation).flatMap(({ id: site, region, zones: own, cluster }): RuleFinding[] => {
      const { network } = cluster;
      const without = network.kind === "made" ? [] : subnetless(own, network.privateSubnets, network.publicSubnets);
      return [
        ...ofRegion(site, region, own, ""),
        ...elsewhere(site, own, cluster.pools),
        ...without.map(({ key, zone }) => {
          const path = ["cluster", "network", "existing", key];
          return { site, path, message: `no subnet in ${zone}`, fix: `write ${zone}: subnet-...` };
        }),
      ];
    }),
    ...googleClusters(federation).flatMap(({ id, region, zones: own, cluster }) => [
      ...ofRegion(id, region, own, "-"),
      ...elsewhere(id, own, cluster.pools),
    ]),
  ],
};

/** @param dash what stands between a region and the letter of its zone */
function ofRegion(site: string, region: string, own: readonly string[], dash: string): RuleFinding[] {
  return own.flatMap((zone, i): RuleFinding[] => {
    const path = ["zones", i];
    const fix = `name ${region}${dash}a, ${region}${dash}b, ...`;
    if (zone.slice(0, -1) !== `${region}${dash}`) return [{ site, path, message: `not a zone of ${region}`, fix }];
    return own.indexOf(zone) < i ? [{ site, path, message: "the same zone twice", fix: "remove it" }] : [];
  });
}

interface ZonedPool {
  readonly id: string;
  readonly zones: readonly string[];
}

function elsewhere(site: string, own: readonly string[], pools: readonly ZonedPool[]): RuleFinding[] {
  return pools.flatMap((pool): RuleFinding[] => {
    const foreign = pool.zones.filter((zone) => !own.includes(zone));
    if (foreign.length === 0) return [];
    const path = ["cluster", "pools", pool.id, "zones"];
    const message = `${listed(foreign)}: the site has no subnets there`;
    return [{ site, path, message, allowed: listed(own), fix: "name it in the site's zones, at the end" }];
  });
}

type Subnets = Readonly<Record<string, string>>;

function subnetless(own: readonly string[], privateSubnets: Subnets, publicSubnets: Subnets) {
  return Object.entries({ privateSubnets, publicSubnets }).flatMap(([key, subnets]) =>
    own.filter((zone) => subnets[zone] === undefined).map((zone) => ({ key, zone })),
  );
}
