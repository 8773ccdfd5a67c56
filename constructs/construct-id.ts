import { createHash } from "node:crypto";

/**
 * The construct id of a thing that the config names, in a stack with things of its own beside it. A name that those have already gets
 * a character more that no name of the config has; whether another thing is there does not matter, so that none is renamed when it comes.
 *
 * @param taken ids of the stack's own things, and what ids of parts end in
 */
export function constructId(name: string, taken: RegExp): string {
  return taken.test(name) ? `${name}_` : name;
}

/** The construct id of an address or the like: what of it an id may have, and a digest, since two may differ in nothing else. */
export function addressId(address: string): string {
  const digest = createHash("sha256").update(address).digest("hex").slice(0, 4);
  return `${address.replaceAll(/[^\w-]/g, "-")}-${digest}`;
}
