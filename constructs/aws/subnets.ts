/** Blocks of a network for one zone. */
export interface ZoneBlocks {
  /** For nodes and pods: an eighth of the network. */
  readonly private: string;
  /** For load balancers and NAT gateways: a 256th. */
  readonly public: string;
}

/**
 * Divides a network: the first six eighths are one for each zone in turn, and the last holds what is public. A zone that is added
 * at the end leaves the others where they are.
 *
 * @throws Error for more than six zones
 */
export function zoneBlocks(cidr: string, zones: readonly string[]): ReadonlyMap<string, ZoneBlocks> {
  if (zones.length > 6) throw new Error("more than six zones");
  const [address = "", bits = ""] = cidr.split("/");
  const size = 2 ** (32 - Number(bits));
  const start = Math.floor(numberOf(address) / size) * size;
  const block = (offset: number, part: number) => `${addressOf(start + offset)}/${Number(bits) + Math.log2(part)}`;
  return new Map(
    zones.map((zone, i) => [
      zone,
      { private: block((i * size) / 8, 8), public: block((7 * size) / 8 + (i * size) / 256, 256) },
    ]),
  );
}

function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function addressOf(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
