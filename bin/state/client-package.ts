import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { packageRoot } from "../../config/package-root";
import { Failure } from "../failure";

const own = join(packageRoot(), "package.json");

/** Loads what lies where this package finds it. */
export const fromHere = createRequire(own);

/**
 * Loads a client of a store, which is installed only where a federation needs it.
 * @param what needs it, for people: `state in S3`
 * @throws Failure that says what to install
 */
export function clientPackage(name: string, what: string): unknown {
  try {
    return fromHere(name);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // further lines name who asked for it
    if (code !== "MODULE_NOT_FOUND" || !message.split("\n", 1)[0]?.includes(name)) throw error;
    const { peerDependencies } = JSON.parse(readFileSync(own, "utf8")) as {
      peerDependencies: Readonly<Record<string, string>>;
    };
    throw new Failure(`${what} needs a package that is not installed: npm install ${name}@${peerDependencies[name]}`);
  }
}
