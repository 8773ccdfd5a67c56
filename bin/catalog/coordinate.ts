import { type CfTime, cfTime } from "./cf-time";
import type { ZarrArray } from "./zarr-array";
import type { ZarrGroup } from "./zarr-group";
import { readValues, type Values } from "./zarr-values";

/** A coordinate's values as they are meant. */
export type Coordinate =
  | { readonly kind: "numbers"; readonly values: readonly number[]; readonly single: boolean }
  | { readonly kind: "strings"; readonly values: readonly string[] }
  | { readonly kind: "times"; readonly values: readonly (number | bigint)[]; readonly time: CfTime };

/** Reads the coordinates of a group, each once, and keeps what could not be read as remarks. */
export class Coordinates {
  readonly remarks: string[] = [];
  private readonly known = new Map<string, Promise<Coordinate | undefined>>();

  constructor(private readonly group: ZarrGroup) {}

  /** The coordinate, undefined where it cannot be read or understood; why is a remark. */
  read(array: ZarrArray): Promise<Coordinate | undefined> {
    const found = this.known.get(array.name) ?? this.decode(array);
    this.known.set(array.name, found);
    return found;
  }

  private async decode(array: ZarrArray): Promise<Coordinate | undefined> {
    const values = await readValues(this.group, array);
    if ("unread" in values) return this.remark(values.unread);
    const { units, calendar } = array.attributes;
    const present = withoutFill(values, array);
    if (isStrings(present)) return { kind: "strings", values: present };
    if (typeof units !== "string" || !/\ssince\s/.test(units))
      return { kind: "numbers", values: unpacked(present, array), single: array.dtype === "float32" };
    const time = cfTime(units, typeof calendar === "string" ? calendar : undefined);
    if ("unknown" in time) return this.remark(`${array.name} has a time that cannot be read: ${time.unknown}`);
    return { kind: "times", values: present, time };
  }

  private remark(text: string): undefined {
    this.remarks.push(text);
    return undefined;
  }
}

function isStrings(values: Values): values is readonly string[] {
  return typeof values[0] === "string";
}

/** Neither NaN nor what the data says stands for nothing. */
function withoutFill(values: Values, { attributes }: ZarrArray): Values {
  if (isStrings(values)) return values;
  const fill = [attributes._FillValue, attributes.missing_value].flat().filter((v) => typeof v === "number");
  return values.filter((v) => (typeof v === "bigint" || Number.isFinite(v)) && !fill.includes(Number(v)));
}

/** CF packing: stored integers times a factor, plus an offset. */
function unpacked(values: readonly (number | bigint)[], { attributes }: ZarrArray): number[] {
  const factor = typeof attributes.scale_factor === "number" ? attributes.scale_factor : 1;
  const offset = typeof attributes.add_offset === "number" ? attributes.add_offset : 0;
  return values.map((v) => Number(v) * factor + offset);
}

/** Least and greatest of a list, undefined for an empty one. */
export function extremes<T extends number | bigint>(values: readonly T[]): [least: T, greatest: T] | undefined {
  const [first] = values;
  if (first === undefined) return undefined;
  let [least, greatest]: [T, T] = [first, first];
  for (const v of values) {
    if (v < least) least = v;
    if (v > greatest) greatest = v;
  }
  return [least, greatest];
}
