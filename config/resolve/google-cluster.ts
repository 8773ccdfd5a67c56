import type { z } from "zod";
import { homeDiskName, homeFilestoreName } from "../google-names";
import { filestoreFacts } from "../machines/filestore";
import { clusterName } from "../names";
import { wallClockOffset } from "../schema/dates";
import { bytesOf } from "../schema/fields";
import type { googleHome } from "../schema/google-home";
import type { ResolvedHome } from "./cluster-site";
import { resolveGoogleCache } from "./google-cache";
import type { GoogleClusterConfig, GoogleGround } from "./google-ground";
import { resolveGooglePool } from "./google-pool";
import { keptHome } from "./kept-home";

type HomeConfig = z.infer<typeof googleHome>;

const dayCodes = {
  monday: "MO",
  tuesday: "TU",
  wednesday: "WE",
  thursday: "TH",
  friday: "FR",
  saturday: "SA",
  sunday: "SU",
} as const;

type Day = keyof typeof dayCodes;
const everyDay = Object.keys(dayCodes) as Day[];

/** When GKE may work on the cluster, in its own words: RFC 3339 and RFC 5545. */
export interface ResolvedMaintenance {
  readonly start: string;
  readonly end: string;
  readonly recurrence: string;
}

/** A Monday, in winter on the northern half of the Earth; windows recur from here. */
const firstDay = Date.UTC(2026, 0, 5);
const hour = 3_600_000;
const day = 24 * hour;

/** Days are those on which the window begins in UTC, which may be the day before or after that at the site. */
function maintenanceOf(told: GoogleClusterConfig["maintenance"], timezone: string): ResolvedMaintenance {
  const [hours = 2, minutes = 0] = (told?.start ?? "02:00").split(":").map(Number);
  const local = firstDay + hours * hour + minutes * (hour / 60);
  const start = local - wallClockOffset(firstDay, timezone);
  const shift = Math.floor((start - firstDay) / day);
  const codes = (told?.days ?? everyDay).map(
    (name) => dayCodes[everyDay[(everyDay.indexOf(name) + shift + 7) % 7] as Day],
  );
  const text = (time: number) => new Date(time).toISOString().replace(".000Z", "Z");
  const ordered = Object.values(dayCodes).filter((code) => codes.includes(code));
  return {
    start: text(start),
    end: text(start + (told?.hours ?? 4) * hour),
    recurrence: ordered.length === 7 ? "FREQ=DAILY" : `FREQ=WEEKLY;BYDAY=${ordered.join(",")}`,
  };
}

/** A cluster that is made. */
export function resolveGoogleCluster(federation: string, site: GoogleGround, cluster: GoogleClusterConfig) {
  const zones = site.zones ?? [];
  const { network } = cluster;
  return {
    name: clusterName(federation, site.site),
    /** Null: the channel's own. */
    kubernetes: cluster.kubernetes ?? null,
    channel: cluster.channel ?? ("regular" as const),
    maintenance: maintenanceOf(cluster.maintenance, site.timezone ?? "Etc/UTC"),
    pools: Object.entries(cluster.pools).map(([id, pool]) => resolveGooglePool(id, pool, zones, false)),
    retiring: Object.entries(cluster.retiring ?? {}).map(([id, pool]) => resolveGooglePool(id, pool, zones, true)),
    network: network?.existing
      ? ({ kind: "existing", ...network.existing } as const)
      : ({ kind: "made", cidr: network?.cidr ?? "10.0.0.0/12", nat: network?.nat ?? "one" } as const),
    /** Keys of `network` that only one that is made can have, as written: a rule refuses them on others. */
    madeOnly: (["cidr", "nat"] as const).filter((key) => network?.[key] !== undefined),
    api: cluster.api ?? ({ kind: "iam" } as const),
    admins: cluster.admins ?? [],
    logs: cluster.logs ?? ("system" as const),
    /** The engine refuses to remove it. */
    protect: cluster.protect !== "none" && site.expires === undefined,
    imageCache: resolveGoogleCache(federation, site, cluster.imageCache),
  };
}

export type ResolvedGoogleCluster = ReturnType<typeof resolveGoogleCluster>;

/** A home file system: the disk, or the file system of Google, is kept by a stack of its own, the server of it runs in the cluster. */
export function resolveGoogleHome(federation: string, site: GoogleGround, id: string, home: HomeConfig): ResolvedHome {
  if (home.kind === "export") return { id, kind: home.kind, server: home.server, path: home.path };
  if (home.kind === "filestore") {
    const tier = home.tier ?? "zonal";
    const { everywhere, usualBytes, nfs, protects } = filestoreFacts[tier];
    return {
      id,
      kind: home.kind,
      name: homeFilestoreName(federation, site.site, id),
      existing: home.existing ?? null,
      ...{ tier, nfs },
      location: everywhere ? site.region : (site.zones?.[0] ?? ""),
      sizeBytes: home.size === undefined ? usualBytes : bytesOf(home.size),
      nodes: home.nodes ?? null,
      backups: home.backups !== "none",
      /** Null: Google protects none of its tier. */
      protect: protects ? home.protect !== "none" : null,
      madeOnly: (["size", "nodes", "backups", "protect"] as const).filter((key) => home[key] !== undefined),
    };
  }
  return keptHome(id, home, { name: homeDiskName(federation, site.site, id), zones: site.zones });
}
