import type { z } from "zod";
import type { googleCluster } from "../schema/google-cluster";

/** A cluster as it is written. */
export type GoogleClusterConfig = z.infer<typeof googleCluster>;

/** What of its site a cluster is made from. */
export interface GoogleGround {
  readonly site: string;
  readonly project: string;
  readonly region: string;
  readonly zones?: readonly string[] | undefined;
  readonly timezone?: string | undefined;
  readonly expires?: string | undefined;
}
