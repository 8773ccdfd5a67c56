/*
 * What Filestore sells, by https://docs.cloud.google.com/filestore/docs/service-tiers as it was in November 2026: sizes of each tier,
 * and what a GiB of it is a month in us-central1, whether it is used or not. One does not grow over from the first sizes of its tier to the next.
 */

const GI = 2 ** 30;
const TI = 2 ** 40;

/** Sizes from the least to the most, each a step from the last. */
export interface SizeBand {
  readonly least: number;
  readonly most: number;
  readonly step: number;
}

/** What the config calls a tier. */
export type FilestoreTier = "basic" | "zonal" | "regional";

export interface FilestoreFacts {
  readonly sizes: readonly SizeBand[];
  /** The size unless told otherwise. */
  readonly usualBytes: number;
  /** In the whole region, or in one of its zones. */
  readonly everywhere: boolean;
  /** What mounts it: https://docs.cloud.google.com/filestore/docs/about-supported-protocols. */
  readonly nfs: "3" | "4.1";
  /** Backup and DR takes backups of it by the day: https://docs.cloud.google.com/filestore/docs/backups. */
  readonly backups: boolean;
  /** Google refuses to remove one that says so; of a basic one it refuses to be told so. */
  readonly protects: boolean;
  /** US dollars of a GiB and month. */
  readonly price: number;
}

/** From 10 TiB on, every tier of SSDs grows by this. */
const large: SizeBand = { least: 10 * TI, most: 100 * TI, step: 2.5 * TI };

export const filestoreFacts: Readonly<Record<FilestoreTier, FilestoreFacts>> = {
  basic: {
    sizes: [{ least: TI, most: 65_433 * GI, step: GI }],
    usualBytes: TI,
    everywhere: false,
    nfs: "3",
    backups: false,
    protects: false,
    price: 0.16,
  },
  zonal: {
    sizes: [{ least: TI, most: 9.75 * TI, step: 256 * GI }, large],
    usualBytes: TI,
    everywhere: false,
    nfs: "4.1",
    backups: true,
    protects: true,
    price: 0.25,
  },
  regional: {
    // Projects that Google has not let into small ones begin at 1 TiB, by 256 GiB.
    sizes: [{ least: 100 * GI, most: 10_239 * GI, step: GI }, large],
    usualBytes: TI,
    everywhere: true,
    nfs: "4.1",
    backups: true,
    protects: true,
    price: 0.45,
  },
};

/** Whether a tier is sold in a size. */
export function isSold(tier: FilestoreTier, bytes: number): boolean {
  return filestoreFacts[tier].sizes.some(
    ({ least, most, step }) => bytes >= least && bytes <= most && (bytes - least) % step === 0,
  );
}
