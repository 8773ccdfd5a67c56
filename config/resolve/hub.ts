import type { ResolvedClusterHub } from "./cluster-hub";
import type { ResolvedLocalHub } from "./local-hub";

/** A hub of any provider. What every one has can be asked for without knowing which it is. */
export type ResolvedHub = ResolvedLocalHub | ResolvedClusterHub;
