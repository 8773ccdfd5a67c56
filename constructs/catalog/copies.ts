import type { CatalogCopy, CatalogDataset } from "./input";
import type { DatasetRecord } from "./record";
import { schemeOf, storageScheme, storeName } from "./storage";

/** Copies that were whole when they were compared: half a store reads as one with gaps, so others are not listed. */
function wholeCopies({ copies = [] }: CatalogDataset, record: DatasetRecord | undefined): readonly CatalogCopy[] {
  return copies.filter(({ site }) => record?.mirrors?.[site] !== undefined);
}

/** The key of a copy's store in its collection's `storage:schemes`. */
function refOf({ site }: CatalogCopy): string {
  return `at-${site}`;
}

/** Entries of `alternate`: each copy's link, and its place in the store. */
export function copyAlternates(dataset: CatalogDataset, record: DatasetRecord | undefined): Record<string, object> {
  return Object.fromEntries(
    wholeCopies(dataset, record).flatMap((copy) => [
      [`https-at-${copy.site}`, { href: copy.https, "alternate:name": `Copy at ${copy.institution}` }],
      [
        `${schemeOf(copy.place)}-at-${copy.site}`,
        {
          href: copy.uri,
          "alternate:name": `${storeName(copy.place)}, copy at ${copy.institution}`,
          "storage:refs": [refOf(copy)],
        },
      ],
    ]),
  );
}

/** Their stores. */
export function copySchemes(dataset: CatalogDataset, record: DatasetRecord | undefined): Record<string, object> {
  return Object.fromEntries(
    wholeCopies(dataset, record).map((copy) => [refOf(copy), storageScheme(copy.place, dataset.access)]),
  );
}
