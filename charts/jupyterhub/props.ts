import type { Mirrors } from "../../config/names";
import type { Abroad } from "../../config/resolve/abroad";
import type { ResolvedClusterHub } from "../../config/resolve/cluster-hub";
import type { ResolvedIdentity } from "../../config/resolve/identity";
import type { ResolvedPool } from "../../config/resolve/pools";
import type { IdentityServers } from "../networks";

export interface JupyterHubProps {
  /** The federation's title, shown where it signs people in. */
  readonly federation: string;
  /** Null where people sign in only site by site. */
  readonly identity: ResolvedIdentity | null;
  readonly hub: ResolvedClusterHub;
  readonly pools: readonly ResolvedPool[];
  /** The scheduler of users' pods, which fills nodes one after the other. */
  readonly userScheduler: string;
  /** Priority of users' pods: before what only keeps room for them. */
  readonly priorityClass: string;
  /** Class of the disk of the hub's database; null: the cluster's default. */
  readonly storageClass: string | null;
  /** The PersistentVolumeClaim of the hub's namespace with all of the home file system; null: files go with the server. */
  readonly homeClaim: string | null;
  readonly ingress: {
    readonly class: string;
    readonly annotations: Readonly<Record<string, string>>;
    /** The Secret with the host's certificate; null: something before the cluster ends TLS. */
    readonly tlsSecret: string | null;
  };
  /** Where users' pods become somebody to the cloud. */
  readonly identityServers: IdentityServers;
  /** Variables of the site's store. */
  readonly storeEnvironment: Readonly<Record<string, string>>;
  /** What users' pods are in other clouds. */
  readonly abroad: Abroad;
  /** Private networks (CIDR) where the store is; elsewhere pods reach the public internet only. */
  readonly storeNetworks: readonly string[];
  /** Secret of the namespace with the store's keys, all of it environment; null: the cloud knows the pods by their account. */
  readonly storeKeys: string | null;
  /** Registries whose images come from elsewhere. */
  readonly mirrors: Mirrors;
  /** ConfigMap of the namespace with the client's `federation.json`; null: none. */
  readonly clientConfig: string | null;
}
