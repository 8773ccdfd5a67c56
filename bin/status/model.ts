import type { Way } from "./ports";
import type { CertificateStatus, CopyStatus, Program, SignIn } from "./programs";

/**
 * `applied`: as the config says; `changed`: `up` would change it; `incomplete`: its last apply did not finish;
 * `not deployed`; `left the config`: it exists, but the config does not have it any more; `deployed`: it exists, and no
 * valid config says how it should be; `unknown`: its state could not be read.
 */
export type StackStanding =
  | "applied"
  | "changed"
  | "incomplete"
  | "not deployed"
  | "left the config"
  | "deployed"
  | "unknown";

export interface StackStatus {
  readonly stack: string;
  readonly site: string;
  readonly standing: StackStanding;
  /** When it was last applied (ISO 8601), and by what. */
  readonly at: string | null;
  readonly engine: string | null;
}

/** When a site or hub ends. */
export interface Ending {
  /** The instant (ISO 8601, UTC). */
  readonly expires: string | null;
  readonly expired: boolean;
  /** The last day, or the day and time, on the site's clocks. */
  readonly expiresAtSite: string | null;
}

export interface HubStatus extends Ending {
  readonly title: string;
  /** Where it is now; where it will be, if it is not deployed. */
  readonly url: string;
  /** Where the next `up` puts it, if that is another place. */
  readonly movesTo: string | null;
  readonly standing: "deployed" | "not deployed" | "left the config";
  readonly signIn: SignIn | null;
}

export interface SiteStatus extends Ending {
  readonly provider: string;
  readonly institution: string | null;
  /** `up`: every program runs and is healthy; `down`: none runs; `deployed`: every stack of a site in a cluster is; `data only`: nothing of it is run here. */
  readonly state:
    | "up"
    | "partly up"
    | "down"
    | "not installed"
    | "deployed"
    | "partly deployed"
    | "not deployed"
    | "data only";
  /** The command that brings a site which listens only to its own machine to this one. */
  readonly tunnel?: string;
  /** What must get through the centre's firewalls; absent without a batch system. */
  readonly ways?: readonly Way[];
  /** What root of the machine runs, where a service account submits jobs as its users by sudo rules. */
  readonly sudoRules?: string;
  /** The first hub. */
  readonly hub: string | null;
  /** Front of the datasets: `<data>/zarr/DATASET.zarr`. */
  readonly data: string | null;
  readonly catalog: string | null;
  /** Buckets whose files the centre deletes by its own rules. */
  readonly centreExpires?: readonly string[];
  readonly hubs: Readonly<Record<string, HubStatus>>;
  readonly programs: readonly Program[];
  /** Copies of other sites' datasets that this one fetches; absent where it has none. */
  readonly copies?: readonly CopyStatus[];
  /** Of a site that ends TLS itself. */
  readonly certificate?: CertificateStatus;
  /** Why the programs could not be asked. */
  readonly problem: string | null;
  /** Host names that people must point at the site's address, and that address; null where nobody needs to. */
  readonly names: { readonly hosts: readonly string[]; readonly address: string | null } | null;
  /** Directory of an installed site. */
  readonly root: string | null;
}

/** Another `isthmus` that changes the federation now. */
export interface Busy {
  readonly command: string;
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

export interface Status {
  readonly federation: string;
  readonly title: string;
  /** `3 faults in 2 of 4 files`, where the config cannot be used: then this is what was deployed. */
  readonly faults: string | null;
  readonly busy: Busy | null;
  /** Places of state that could not be read, each with the reason and what helps. */
  readonly unread: readonly string[];
  readonly sites: Readonly<Record<string, SiteStatus>>;
  readonly stacks: readonly StackStatus[];
}
