import type { IssuerOfHub } from "../../charts/jupyterhub/issuer";
import type { ResolvedBatch } from "../../config/resolve/batch";
import type { SudoRules } from "./sudoers";

/** A size that a user may choose for a notebook. */
export interface HubProfile {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly default: boolean;
  /** What thread pools are sized by. */
  readonly cores: number;
  readonly memoryBytes: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Where the user lands: `/lab`. */
  readonly url: string;
  readonly dask: boolean;
  /** With a batch system: options of the job, `--partition=short`. */
  readonly job?: readonly string[];
}

/** Dask of a hub with its caps; cores are those of workers. */
export interface HubDask {
  readonly worker: { readonly cores: number; readonly memoryBytes: number };
  readonly limits: {
    readonly cluster: { readonly cores: number; readonly memoryBytes: number; readonly workers: number };
    readonly user: { readonly clusters: number; readonly cores: number };
    readonly hub: { readonly cores: number };
  };
  readonly idleSeconds: number;
  /** With a batch system: options of the jobs. */
  readonly job?: readonly string[];
  /** With PBS: what the chunk of a job asks for beside its size. */
  readonly chunk?: readonly string[];
  /** With a batch system: where clusters have their directories, `{user}` for the user's name; absent for below their homes. */
  readonly staging?: string;
}

/** Sign-in by the federation's issuer, where each person is a Unix account. */
export interface FederationAccounts extends IssuerOfHub {
  readonly kind: "federation";
  /** Of the machine: the client's secret is in it. */
  readonly secretFile: string;
  /** Unix accounts by person. */
  readonly accounts: Readonly<Record<string, string>>;
  /** Of PAM, which is asked for the accounts of others; without it they are refused. */
  readonly service?: string;
  readonly minimumUid: number;
}

/** What a hub of a site is made of. */
export interface HubBundleInput {
  readonly federation: string;
  readonly site: string;
  readonly hub: string;
  readonly stack: string;
  readonly title: string;
  /** Of the site's front, without a slash at the end. */
  readonly url: string;
  /** `/<site>-<port>/<hub>/`. */
  readonly basePath: string;
  /** On loopback; those that jobs ask on the batch system's address. */
  readonly ports: {
    readonly proxy: number;
    readonly proxyApi: number;
    readonly hub: number;
    readonly dask: number;
    readonly daskTcp: number;
    readonly daskApi: number;
  };
  readonly auth:
    | { readonly kind: "sharedPassword" }
    | { readonly kind: "pam"; readonly service: string; readonly minimumUid: number }
    | FederationAccounts;
  readonly allow:
    | { readonly everyone: true }
    | { readonly users: readonly string[]; readonly unixGroups?: readonly string[] };
  readonly admins: readonly string[];
  readonly profiles: readonly HubProfile[];
  /** Of notebooks, Dask schedulers and workers; `{user}` stands for the user's prefix, `{own:BUCKET}` for the user's own bucket of one. */
  readonly environment: Readonly<Record<string, string>>;
  /** Scratch buckets by the variable that names them, with the days after which files there go; null: by the centre's rules. */
  readonly scratch: readonly { readonly variable: string; readonly days: number | null }[];
  readonly s3: { readonly endpoint: string; readonly region: string };
  readonly dask: HubDask | null;
  /** Where notebooks and workers are jobs; null where they are processes of the machine. */
  readonly batch: ResolvedBatch | null;
  /** Whether each of the machine's users has an S3 account of their own. */
  readonly ownAccounts: boolean;
  /** Whoever is not root submits its jobs by these rules; null for root. */
  readonly sudo: SudoRules | null;
  /** Whether somebody carries the files to the machine: then nobody but them is told passwords. */
  readonly carried?: boolean;
  /** A directory of the site for databases; null for its root. */
  readonly state: string | null;
  /** ISO 8601 instant from which it is not started any more; null for never. */
  readonly expires: string | null;
  readonly cull: { readonly idleSeconds: number; readonly maxAgeSeconds: number };
  /** Location blocks that lead to this hub, included by the front's configuration. */
  readonly nginxConf: string;
}
