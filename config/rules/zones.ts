import { listed } from "../suggest";
import type { Rule, RuleFinding } from "./rule";
import { awsClusters } from "./walk";

export const zones: Rule = {
  id: "zones",
  reason: "Nodes and disks are made in zones of the site's region, each of which has its subnets.",
  check: (federation) =>
    awsClusters(federation).flatMap(({ id: site, region, zones: own, cluster }): RuleFinding[] => {
      const wrong = own.flatMap((zone, i): RuleFinding[] => {
        const path = ["zones", String(i)];
        if (!zone.startsWith(region))
          return [{ site, path, message: `not a zone of ${region}`, fix: `name ${region}a, ${region}b, ...` }];
        return own.indexOf(zone) < i ? [{ site, path, message: "the same zone twice", fix: "remove it" }] : [];
      });
      const elsewhere = cluster.pools.flatMap((pool): RuleFinding[] => {
        const foreign = pool.zones.filter((zone) => !own.includes(zone));
        if (foreign.length === 0) return [];
        const path = ["cluster", "pools", pool.id, "zones"];
        const message = `${listed(foreign)}: the site has no subnets there`;
        return [{ site, path, message, allowed: listed(own), fix: "name it in the site's zones, at the end" }];
      });
      const { network } = cluster;
      const without = network.kind === "made" ? [] : subnetless(own, network.privateSubnets, network.publicSubnets);
      return [
        ...wrong,
        ...elsewhere,
        ...without.map(({ key, zone }) => {
          const path = ["cluster", "network", "existing", key];
          return { site, path, message: `no subnet in ${zone}`, fix: `write ${zone}: subnet-...` };
        }),
      ];
    }),
};

type Subnets = Readonly<Record<string, string>>;

function subnetless(own: readonly string[], privateSubnets: Subnets, publicSubnets: Subnets) {
  return Object.entries({ privateSubnets, publicSubnets }).flatMap(([key, subnets]) =>
    own.filter((zone) => subnets[zone] === undefined).map((zone) => ({ key, zone })),
  );
}
