import type { StoredObject } from "../../constructs/catalog/record";
import type { ZarrArray } from "./zarr-array";
import type { ZarrGroup } from "./zarr-group";

/** Stored objects that are asked for before an array counts as empty. */
const mostAsked = 256;

/** Size and digest of the first stored object of an array in C order; undefined where the first ones are all absent (nothing but fill values). */
export async function sampleOf(group: ZarrGroup, array: ZarrArray): Promise<StoredObject | undefined> {
  const grid = array.shape.map((length, i) => Math.ceil(length / (array.objects[i] ?? 1)));
  const count = grid.reduce((n, length) => n * length, 1);
  for (let i = 0; i < Math.min(count, mostAsked); i++) {
    const key = `${array.name}/${array.objectKey(placeOf(i, grid))}`;
    const found = await group.stored(`/${key}`);
    if (found) return { key, ...found };
  }
  return undefined;
}

/** The place of the n-th object in the grid, last dimension fastest. */
function placeOf(n: number, grid: readonly number[]): number[] {
  const place: number[] = [];
  let rest = n;
  for (const length of grid.toReversed()) {
    place.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return place;
}
