import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Ranges of the addresses of a cluster's pods and Services. */
export interface Ranges {
  readonly pods: string;
  readonly services: string;
}

/** Addresses where nothing answers at them; RFC 2544 keeps 198.18.0.0/15 for tests of networks. */
export const UNROUTED = rangesOf(0);

const RANGES = 128; // of four /24 each in 198.18.0.0/15

/**
 * Makes a range of addresses answer on this machine's loopback interface, for the pods and Services of one cluster.
 * The kernel refuses a route that is there, so clusters side by side never share one.
 *
 * @returns the ranges, or why there cannot be any
 */
export function addRoute(folder: string): Ranges | { readonly missing: string } {
  for (let index = 1; index < RANGES; index++) {
    const network = `${prefixOf(index)}.${(index % 64) * 4}.0/22`;
    const { status, stderr, error } = ip("add", network);
    if (status === 0) {
      writeFileSync(join(folder, "route"), network);
      return rangesOf(index);
    }
    if (!stderr?.includes("File exists")) return { missing: reason(error?.message ?? stderr.trim()) };
  }
  return { missing: `all ${RANGES} ranges of pod addresses are in use: see \`ip route show table local\`` };
}

/** Removes a cluster's route, if it has one. */
export function removeRoute(folder: string): void {
  const path = join(folder, "route");
  if (existsSync(path)) ip("del", readFileSync(path, "utf8"));
}

/** Why pods cannot have addresses that answer here; nothing where they can. */
export function missingPodNetwork(): string | undefined {
  const probe = "198.19.255.252/32";
  const { status, stderr, error } = ip("add", probe);
  if (status !== 0 && !stderr?.includes("File exists")) return reason(error?.message ?? stderr.trim());
  ip("del", probe);
  return undefined;
}

function rangesOf(index: number): Ranges {
  const third = (index % 64) * 4;
  return { pods: `${prefixOf(index)}.${third}.1/23`, services: `${prefixOf(index)}.${third + 2}.0/23` };
}

function prefixOf(index: number): string {
  return `198.${18 + Math.floor(index / 64)}`;
}

function reason(told: string): string {
  return (
    `pods with addresses that answer need root, or a network of their own by \`unshare -rn\` ` +
    `(\`npm run test:kube\` takes it where it can): ip route: ${told}`
  );
}

function ip(verb: "add" | "del", range: string) {
  return spawnSync("ip", ["route", verb, "local", range, "dev", "lo"], { encoding: "utf8" });
}
