/** Ranges of a network of Google. */
export interface NetworkRanges {
  readonly nodes: string;
  readonly pods: string;
  readonly services: string;
}

/**
 * Divides a network: the first half is pods', 256 addresses for each node; of the rest, two parts are nodes' and
 * services', 4096 addresses each.
 */
export function networkRanges(cidr: string): NetworkRanges {
  const [address = "", bits = ""] = cidr.split("/");
  const size = 2 ** (32 - Number(bits));
  const start = Math.floor(numberOf(address) / size) * size;
  const block = (offset: number, length: number) => `${addressOf(start + offset)}/${32 - Math.log2(length)}`;
  const part = 4096; // at least an eighth of the second half: the schema takes no more than 16 bits
  return { pods: block(0, size / 2), nodes: block(size / 2, part), services: block(size / 2 + part, part) };
}

function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function addressOf(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
