import type { ResolvedBatch } from "../../config/resolve/batch";
import { type BundleFiles, json, type Program, sealBundle, staticFiles } from "./bundle";
import { jobqueueSettings } from "./jobqueue";
import { type SudoRules, sudoManifest } from "./sudoers";

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
}

/** Sign-in by the federation's issuer, where each person is a Unix account. */
export interface FederationAccounts {
  readonly kind: "federation";
  readonly title: string;
  readonly issuer: string;
  readonly cilogon: boolean;
  readonly clientId: string;
  /** Of the machine: the client's secret is in it. */
  readonly secretFile: string;
  readonly institutions: Readonly<Record<string, { readonly entity: string; readonly claim: string }>>;
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

const launch = "kit/launch.py";
const loopback = "127.0.0.1";
const hubFiles = [
  ...["config/jupyterhub_config.py", "config/shared_password.py", "config/spawner.py", "config/spawn_form.py"],
  ...["config/home_room.py", "config/new_home.py", "templates/page.html", "templates/spawn.html"],
];
const jobFiles = [
  "config/accounts.py",
  "config/as_user.py",
  "config/by_sudo.py",
  "config/job_cancel.py",
  "config/own_account.py",
  "config/pbs_job.py",
];
const batchFiles = [
  ...[...jobFiles, "config/batch_spawner.py", "config/job_failures.py", "config/job_script.py", "config/job_server.py"],
  ...["config/job_standing.py", "config/unix_accounts.py"],
];
const federationFiles = [
  ...["config/account_links.py", "config/federation_accounts.py", "config/federation_sign_in.py", "config/people.py"],
  "templates/link-account.html",
];
const daskFiles = ["config/dask_jobs.py", "config/dask_pbs.py", "config/dask_slurm.py", "config/job_standing.py"];
const configuration = ["config/hub_site.py", "config/user_prefix.py", "site.json", launch];

/** The bundle of one hub: its proxy, JupyterHub, Dask Gateway with its proxy, and the culler of idle servers. */
export function hubBundle(input: HubBundleInput): BundleFiles {
  const { federation, site, hub, stack, nginxConf } = input;
  const files = new Map([
    ...staticFiles("kit", "config", "starter", "templates", "labconfig"),
    ...staticFiles("locks/hub.txt", "locks/user.txt", "locks/uv.txt", "locks/chp"),
    ["hub.nginx.conf", nginxConf],
    ["site.json", json(siteJson(input))],
    // JSON is YAML, which Dask reads here (DASK_ROOT_CONFIG).
    ...(input.batch && input.dask
      ? [["dask/jobqueue.yaml", json(jobqueueSettings(input.dask, input.batch, jobPrefix(input)))]]
      : []),
  ] as [string, string][]);
  const programs = [proxyProgram(input), hubProgram(input), ...daskPrograms(input), cullerProgram(input)];
  return sealBundle(files, {
    federation,
    site,
    id: hub,
    stack,
    environments: { hub: "locks/hub.txt", user: "locks/user.txt" },
    tools: { uv: "locks/uv.txt", chp: "locks/chp" },
    expires: input.expires,
    directories: input.batch ? [] : [`home/${hub}`, `run/${hub}-dask`],
    programs,
    ports: ports(input),
    ...(input.state === null ? {} : { state: input.state }),
    ...(input.batch ? { unixUsers: true, jobs: { kind: input.batch.kind, prefix: jobPrefix(input) } } : {}),
    ...(input.sudo ? { sudo: sudoManifest(input.sudo) } : {}),
  });
}

/** Keys in one order, and only those that JupyterHub and Dask Gateway read: any change in them restarts both. */
function siteJson(input: HubBundleInput) {
  const { hub, title, url, basePath, auth, allow, admins } = input;
  const { proxy, proxyApi, hub: hubPort, dask, daskTcp, daskApi } = input.ports;
  return {
    ...{ hub, title, url, basePath },
    ports: { proxy, proxyApi, hub: hubPort, dask, daskTcp, daskApi },
    ...{ auth, allow, admins },
    profiles: input.profiles,
    environment: input.environment,
    scratch: input.scratch,
    s3: { endpoint: input.s3.endpoint, region: input.s3.region },
    dask: input.dask,
    ...(input.ownAccounts ? { ownAccounts: true } : {}),
    ...(input.carried ? { carried: true } : {}),
    ...(input.batch ? { batch: { ...input.batch, jobPrefix: jobPrefix(input) } } : {}),
  };
}

function jobPrefix({ batch, hub }: HubBundleInput): string {
  return `${batch?.jobPrefix ?? ""}${hub}-`;
}

/** Where programs listen that notebooks and workers ask. */
function inward({ batch }: HubBundleInput): string {
  return batch?.address ?? loopback;
}

function ports({ hub, ports: p, dask }: HubBundleInput) {
  return [
    { port: p.proxy, program: `${hub}-proxy` },
    { port: p.proxyApi, program: `${hub}-proxy` },
    { port: p.hub, program: `${hub}-hub` },
    ...(dask
      ? [
          { port: p.dask, program: `${hub}-dask-proxy` },
          { port: p.daskTcp, program: `${hub}-dask-proxy` },
          { port: p.daskApi, program: `${hub}-dask-gateway` },
        ]
      : []),
  ];
}

/** The hub's own keys of S3, which all its people use where they have none of their own. */
function hubKeys({ ownAccounts }: HubBundleInput): readonly string[] {
  return ownAccounts ? [] : ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
}

function proxyProgram(input: HubBundleInput): Program {
  const { hub, ports: p, basePath } = input;
  const target = `http://${inward(input)}:${p.hub}`;
  const own = ["--ip", loopback, "--port", `${p.proxy}`, "--api-ip", loopback, "--api-port", `${p.proxyApi}`];
  return {
    name: `${hub}-proxy`,
    priority: 20,
    command: [
      "{node}",
      "--require",
      "{bundle}/kit/proxy-output.cjs",
      "{tool.chp}",
      ...own,
      "--default-target",
      target,
      "--error-target",
      `${target}${basePath}hub/error`,
    ],
    secrets: ["CONFIGPROXY_AUTH_TOKEN"],
    inputs: [launch, "kit/proxy-output.cjs"],
    health: { url: `http://${loopback}:${p.proxyApi}/api/routes`, status: [403] },
  };
}

function hubProgram(input: HubBundleInput): Program {
  const { hub, ports: p, basePath, dask, auth, batch } = input;
  const own = [
    ...["CONFIGPROXY_AUTH_TOKEN", "JUPYTERHUB_COOKIE_SECRET"],
    ...(auth.kind === "sharedPassword" ? ["HUB_PASSWORD", "HUB_ADMIN_PASSWORD"] : []),
    "CULLER_TOKEN",
  ];
  return {
    name: `${hub}-hub`,
    priority: 30,
    command: ["{env.hub}/bin/jupyterhub", "-f", "{bundle}/config/jupyterhub_config.py"],
    environment: { ISTHMUS_USER_ENV: "{env.user}" },
    secrets: [...own, ...(dask ? ["DASK_GATEWAY_HUB_TOKEN"] : []), ...hubKeys(input)],
    inputs: [
      ...[...configuration, ...hubFiles, ...(batch ? batchFiles : [])],
      ...(auth.kind === "federation" ? federationFiles : []),
    ],
    health: { url: `http://${inward(input)}:${p.hub}${basePath}hub/health`, status: [200] },
  };
}

function daskPrograms(input: HubBundleInput): Program[] {
  const { hub, ports: p, basePath, dask, batch } = input;
  if (!dask) return [];
  const at = inward(input);
  const server = "{env.hub}/bin/dask-gateway-server";
  const listen = [`--Proxy.address=${at}:${p.dask}`, `--Proxy.tcp_address=${at}:${p.daskTcp}`];
  const own = ["config/dask_gateway_config.py", "config/dask_backend.py", "config/limits.py"];
  const inputs = [...configuration, ...own, ...(batch ? [...jobFiles, ...daskFiles] : [])];
  return [
    {
      name: `${hub}-dask-proxy`,
      priority: 35,
      // From its arguments alone, not from the site's settings: a restart takes every client's futures.
      command: [server, "proxy", ...listen, `--Proxy.gateway_url=http://${loopback}:${p.daskApi}`],
      secrets: ["DASK_GATEWAY_PROXY_TOKEN"],
      inputs: [launch],
      health: { url: `http://${at}:${p.dask}${basePath}services/dask-gateway/api/health`, status: [200] },
    },
    {
      name: `${hub}-dask-gateway`,
      priority: 40,
      command: [server, "-f", "{bundle}/config/dask_gateway_config.py"],
      environment: { ISTHMUS_USER_ENV: "{env.user}" },
      secrets: ["DASK_GATEWAY_PROXY_TOKEN", "DASK_GATEWAY_HUB_TOKEN", "DASK_GATEWAY_ENCRYPT_KEYS", ...hubKeys(input)],
      inputs,
      health: { url: `http://${loopback}:${p.daskApi}/api/health`, status: [200] },
    },
  ];
}

function cullerProgram(input: HubBundleInput): Program {
  const { hub, ports: p, basePath, cull } = input;
  const every = Math.min(60, Math.max(5, Math.floor(cull.idleSeconds / 4)));
  const times = [`--timeout=${cull.idleSeconds}`, `--max-age=${cull.maxAgeSeconds}`, `--cull-every=${every}`];
  return {
    name: `${hub}-culler`,
    priority: 60,
    command: [
      "{env.hub}/bin/python",
      "-m",
      "jupyterhub_idle_culler",
      `--url=http://${inward(input)}:${p.hub}${basePath}hub/api`,
      ...times,
    ],
    secrets: ["JUPYTERHUB_API_TOKEN=CULLER_TOKEN"],
    inputs: [launch],
  };
}
