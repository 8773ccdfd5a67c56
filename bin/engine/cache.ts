import { homedir } from "node:os";
import { join } from "node:path";

/** Directory of what is expensive to build and shared by all federations of this machine: `ISTHMUS_CACHE`, else `isthmus` in the user's cache. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env.ISTHMUS_CACHE) return env.ISTHMUS_CACHE;
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "isthmus");
}
