import type { Paint } from "../terminal";
import { duration } from "./duration";
import type { CertificateStatus } from "./programs";

/** A site's certificate: how long it is valid, and what keeps it from being renewed. */
export function certificateRows(
  certificate: CertificateStatus | undefined,
  now: number,
  paint: Paint,
): [string, string][] {
  if (certificate === undefined) return [];
  const { host, until, problem } = certificate;
  const valid = until === null ? paint("red", "none that clients take") : validity(until - now / 1000, paint);
  return [
    ["certificate", `${host}: ${valid}`],
    ["", problem === null ? "" : paint("red", problem)],
  ];
}

const soon = 7 * 24 * 3600;

function validity(seconds: number, paint: Paint): string {
  const told = `valid for ${duration(Math.max(0, seconds))}`;
  return seconds < soon ? paint("red", told) : told;
}
