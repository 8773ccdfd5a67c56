import { counted } from "../load-or-exit";

/** What the kit says of a backup that it has made. */
export interface BackupReport {
  readonly federation: string;
  readonly site: string;
  /** ISO 8601. */
  readonly time: string;
  /** The version that made it. */
  readonly isthmus: string;
  /** Absolute path; absent where it went to standard output. */
  readonly archive?: string;
  readonly bytes?: number;
  /** Paths in the archive, without those of homes. */
  readonly members: readonly string[];
  readonly homes: {
    readonly included: boolean;
    readonly path: string;
    readonly bytes: number;
    readonly users: number;
    /** Whether everything was counted; else `bytes` is the least. */
    readonly complete: boolean;
  };
  /** What of the homes could not be taken, with the reason. */
  readonly leftOut: readonly string[];
}

/** What the kit says of a restore: what it did, or every reason not to. */
export type RestoreReport = { readonly about: Readonly<Record<string, unknown>> } & (
  | { readonly ok: false; readonly faults: readonly string[] }
  | {
      readonly ok: true;
      /** Paths that were put in place. */
      readonly restored: readonly string[];
      /** Paths that held the same already. */
      readonly already: readonly string[];
      /** Records of datasets that are here and differ: they stay, since they are reviewed and kept in git. */
      readonly keptRecords: readonly string[];
      /** Where what was there is kept. */
      readonly replaced: readonly string[];
    }
);

/** What a person should know after a backup. */
export function backupText(report: BackupReport): string {
  const has = (part: string) => report.members.filter((path) => path.startsWith(part));
  const databases = has("state/").filter((path) => path.endsWith(".sqlite"));
  const owners = [...new Set(has("secrets/").map((path) => /^secrets\/([^.]+)/.exec(path)?.[1]))];
  const stacks = has("engine/").flatMap((path) => /^engine\/([^/]+)\.tfstate$/.exec(path)?.[1] ?? []);
  const { archive, bytes = 0, site } = report;
  return [
    ...(archive === undefined ? [] : [`${archive}, ${size(bytes)}, readable by you only`]),
    `in it: secrets of ${listed(owners)}; databases: ${listed([...new Set(databases.map((path) => path.split("/")[1]))])}; engine's state: ${listed(stacks)}; ${counted(has("catalog/").length, "record")} of datasets (git should have them too)`,
    "not in it: buckets (copy them, extended attributes too), Dask clusters (they end with their machine)",
    homesLine(report),
    ...report.leftOut.map((line) => `left out: ${line}`),
    "it holds every secret of the site in the clear: keep it as you keep passwords, or write it through a cipher with --output -",
    `to restore: isthmus restore ${archive ?? "FILE"}, then isthmus up ${site}`,
  ].join("\n");
}

function homesLine({ homes }: BackupReport): string {
  const amount = `${homes.complete ? "" : "more than "}${size(homes.bytes)} of ${counted(homes.users, "user")}`;
  if (homes.included) return `homes: ${amount}, in it as they were read, while their owners worked`;
  return `homes: ${amount}, not in it. This site cannot take snapshots: copy ${homes.path}, or add --homes`;
}

/** What a person should know after a restore. */
export function restoreText(report: RestoreReport & { readonly ok: true }, version: string): string {
  const { restored, already, keptRecords, replaced, about } = report;
  const made = about.isthmus === version ? "" : `, made by isthmus ${String(about.isthmus)} (this is ${version})`;
  return [
    `${String(about.site)} as of ${String(about.time)}${made}: ${restored.length} parts restored, ${already.length} were there already`,
    ...keptRecords.map((path) => `${path} differs from the backup's and stays: records are reviewed and kept in git`),
    ...replaced.map((path) => `what was there is kept in ${path}`),
    `next: put the buckets back if they are gone, then isthmus up ${String(about.site)}`,
  ].join("\n");
}

/** Every reason why nothing was restored. */
export function faultsText(archive: string, faults: readonly string[]): string {
  return [`isthmus: ${archive}: nothing was restored`, ...faults.map((fault) => `  ${fault}`)].join("\n");
}

function listed(words: readonly (string | undefined)[]): string {
  return words.length === 0 ? "none" : words.join(", ");
}

/** `34 kB` */
export function size(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
