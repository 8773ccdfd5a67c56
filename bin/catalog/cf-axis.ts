import { isTimeUnits } from "./cf-time";
import type { ZarrArray } from "./zarr-array";

/** What a variable's values are a place on, by the CF conventions. */
export type Axis = "longitude" | "latitude" | "time" | "vertical" | "projectedX" | "projectedY";

const east = /^degrees?_?(?:east|E)$/;
const north = /^degrees?_?(?:north|N)$/;
const vertical =
  /^(?:height|depth|altitude|air_pressure|model_level_number|ocean_[a-z_]+coordinate|atmosphere_[a-z_]+coordinate)$/;
const pressure = /^(?:Pa|hPa|kPa|bar|mbar|millibars?|decibars?|dbar|atm)$/;

/** The axis that standard name, units, `positive` and `axis` tell, in that order; undefined for anything else. Names of variables tell nothing. */
export function axisOf({ attributes }: Pick<ZarrArray, "attributes">): Axis | undefined {
  const { standard_name: standardName, units, axis, positive } = attributes;
  if (standardName === "longitude" || matches(east, units)) return "longitude";
  if (standardName === "latitude" || matches(north, units)) return "latitude";
  if (standardName === "time" || isTimeUnits(units)) return "time";
  if (standardName === "projection_x_coordinate") return "projectedX";
  if (standardName === "projection_y_coordinate") return "projectedY";
  if (matches(vertical, standardName) || matches(pressure, units)) return "vertical";
  if (typeof positive === "string" && /^(?:up|down)$/i.test(positive)) return "vertical";
  return axis === "Z" ? "vertical" : undefined;
}

function matches(pattern: RegExp, value: unknown): boolean {
  return typeof value === "string" && pattern.test(value);
}

/**
 * Names of the variables that are not data: a dimension's coordinate, and what others name as their coordinates, bounds,
 * grid mapping, ancillary variables or cell measures.
 */
export function auxiliaryNames(
  arrays: ReadonlyMap<string, ZarrArray>,
  group: Readonly<Record<string, unknown>>,
): Set<string> {
  const names = new Set<string>();
  const add = (value: unknown) => {
    if (typeof value !== "string") return;
    for (const word of value.split(/\s+/)) if (arrays.has(word)) names.add(word);
  };
  add(group.coordinates);
  for (const { name, dimensions, attributes } of arrays.values()) {
    if (dimensions.length === 1 && dimensions[0] === name) names.add(name);
    for (const key of ["coordinates", "bounds", "climatology", "grid_mapping", "ancillary_variables", "cell_measures"])
      add(attributes[key]);
  }
  return names;
}
