import type { ResolvedFederation } from "../resolve/federation";
import type { ResolvedHpcSite } from "../resolve/site";
import type { Rule, RuleFinding } from "./rule";
import { hpcSites, machineOf } from "./walk";

/** Ports that something listens on, first to last. */
interface Range {
  readonly site: string;
  readonly path: readonly string[];
  readonly owner: string;
  readonly first: number;
  readonly count: number;
  readonly machine: string;
  /** Where an ACME authority asks: no tunnel leads there. */
  readonly proofs: boolean;
}

export const ports: Rule = {
  id: "ports",
  reason:
    "Sites here share one machine, tunnels to sites elsewhere end on it at the same ports, and a port has one listener.",
  check: (federation) => {
    const ranges = rangesOf(federation);
    return ranges.flatMap((range, i): RuleFinding[] => {
      const other = ranges.slice(0, i).find((r) => overlap(r, range));
      if (!other) return [];
      const free = nextFree(range, ranges);
      const message = `${spelled(range)} overlap with ${spelled(other)}, ${other.owner}`;
      const fix = free ? `the next that are free: ${free}` : `choose ${range.count} that nothing else has, below these`;
      return [{ site: range.site, path: range.path, message, fix }];
    });
  },
};

/** A site's port and the next one, ten for each hub, and where an ACME authority asks. */
function rangesOf(federation: ResolvedFederation): Range[] {
  return hpcSites(federation).flatMap((site) => [
    {
      site: site.id,
      path: ["listen", "port"],
      owner: `listen.port of site ${site.id}`,
      first: site.listen.port,
      count: 2,
      machine: machineOf(site),
      proofs: false,
    },
    ...forProofs(site),
    ...site.hubs.map((hub) => ({
      site: site.id,
      path: ["hubs", hub.id, "ports"],
      owner: `hubs.${hub.id}.ports of site ${site.id}`,
      first: hub.ports.first,
      count: 10,
      machine: machineOf(site),
      proofs: false,
    })),
  ]);
}

function forProofs(site: ResolvedHpcSite): Range[] {
  const acme = site.certificate?.acme;
  if (!acme) return [];
  const owner = `tls.httpPort of site ${site.id}`;
  const path = ["tls", "httpPort"];
  return [{ site: site.id, path, owner, first: acme.httpPort, count: 1, machine: machineOf(site), proofs: true }];
}

/** Whether one of them is where proofs are asked for, and the other is on another machine. */
function apart(a: Range, b: Range): boolean {
  return (a.proofs || b.proofs) && a.machine !== b.machine;
}

function overlap(a: Range, b: Range): boolean {
  if (apart(a, b)) return false;
  return a.first < b.first + b.count && b.first < a.first + a.count;
}

function spelled({ first, count }: Range): string {
  return `ports ${first}-${first + count - 1}`;
}

/** The first port from which a range of this size meets no other, at or above where it was written. */
function nextFree(range: Range, all: readonly Range[]): number | undefined {
  const others = all.filter((r) => r !== range);
  const starts = others.map((r) => r.first + r.count).filter((n) => n > range.first);
  const fits = starts.filter((first) => first + range.count <= 65_536);
  return fits.sort((a, b) => a - b).find((first) => !others.some((r) => overlap(r, { ...range, first })));
}
