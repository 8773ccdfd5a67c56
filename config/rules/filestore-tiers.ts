import { filestoreFacts, isSold, type SizeBand } from "../machines/filestore";
import { isMade, type ResolvedHome } from "../resolve/cluster-site";
import { memoryText } from "./quantities";
import type { Rule, RuleFinding } from "./rule";
import { googleClusters } from "./walk";

export const filestoreTiers: Rule = {
  id: "filestore-tiers",
  reason:
    "A Filestore has a size of its tier, and a basic one no backups by the day: Google would refuse others at `up`.",
  check: (federation) =>
    googleClusters(federation).flatMap((site) =>
      site.homes.flatMap((home): RuleFinding[] =>
        home.kind === "filestore" && isMade(home) ? refused(site.id, home) : [],
      ),
    ),
};

function refused(site: string, home: Extract<ResolvedHome, { kind: "filestore" }>): RuleFinding[] {
  const { id, tier, sizeBytes, backups } = home;
  const facts = filestoreFacts[tier];
  const path = ["homes", id];
  const size: RuleFinding = {
    ...{ site, path: [...path, "size"], message: `Google has no ${tier} Filestore of ${memoryText(sizeBytes)}` },
    ...{ allowed: facts.sizes.map(bandText).join(", or "), fix: "write one of these" },
  };
  const unkept: RuleFinding = {
    ...{ site, path: [...path, "backups"], message: `no backups are taken of a ${tier} Filestore by the day` },
    fix: "write backups: none, and take them by hand, or another tier",
  };
  return [...(isSold(tier, sizeBytes) ? [] : [size]), ...(backups && !facts.backups ? [unkept] : [])];
}

function bandText({ least, most, step }: SizeBand): string {
  return `${memoryText(least)} to ${memoryText(most)} by ${memoryText(step)}`;
}
