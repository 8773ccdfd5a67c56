import { join } from "node:path";

/** What Isthmus keeps beside the local state of a federation's stacks, in `state/<federation>/` of the config's directory. */
export interface StateDirectory {
  readonly root: string;
  /** Held while something is being changed. */
  readonly lock: string;
  /** `<stack>.json`: what was applied. */
  readonly index: string;
  /** Plans that wait for their apply. */
  readonly plans: string;
  /** Log of a stack's latest run. */
  log(stack: string): string;
}

export function stateDirectory(configDirectory: string, federation: string): StateDirectory {
  const root = join(configDirectory, "state", federation);
  return {
    root,
    lock: join(root, "lock"),
    index: join(root, "index"),
    plans: join(root, "plans"),
    log: (stack) => join(root, "log", `${stack}.log`),
  };
}
