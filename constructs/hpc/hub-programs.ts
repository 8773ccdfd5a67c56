import { type BundleFiles, json, type Program, sealBundle, staticFiles } from "./bundle";
import type { HubBundleInput } from "./hub-input";
import { jobqueueSettings } from "./jobqueue";
import { sudoManifest } from "./sudoers";

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
  ...["config/job_standing.py", "config/notebook_authority.py", "config/unix_accounts.py", "kit/whole_file.py"],
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

/** This machine, as notebooks and workers find it. */
function onCluster({ batch }: HubBundleInput): string {
  return batch?.address ?? loopback;
}

/** Where the hub and Dask's gateway speak HTTP: there too, unless jobs ask them at the site's front. */
function inward(input: HubBundleInput): string {
  return input.batch?.encrypt ? loopback : onCluster(input);
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

const authority = "config/notebook_authority.py";

/** What makes the authority of the hub's notebooks before the proxy starts, which reads it once. */
function withAuthority({ hub, batch }: HubBundleInput) {
  if (!batch?.encrypt) return { before: [], preloads: [], options: [], inputs: [] };
  const place = `{root}/state/${hub}`;
  const names = "kit/proxy-names.cjs";
  return {
    before: ["{env.hub}/bin/python", "-I", `{bundle}/${authority}`, place, "--"],
    preloads: ["--require", `{bundle}/${names}`],
    options: ["--client-ssl-ca", `${place}/notebooks.crt`],
    inputs: [authority, names, "kit/whole_file.py"],
  };
}

function proxyProgram(input: HubBundleInput): Program {
  const { hub, ports: p, basePath } = input;
  const { before, preloads, options, inputs } = withAuthority(input);
  const target = `http://${inward(input)}:${p.hub}`;
  const own = ["--ip", loopback, "--port", `${p.proxy}`, "--api-ip", loopback, "--api-port", `${p.proxyApi}`];
  return {
    name: `${hub}-proxy`,
    priority: 20,
    command: [
      ...before,
      "{node}",
      "--require",
      "{bundle}/kit/proxy-output.cjs",
      ...preloads,
      "{tool.chp}",
      ...own,
      ...options,
      "--default-target",
      target,
      "--error-target",
      `${target}${basePath}hub/error`,
    ],
    secrets: ["CONFIGPROXY_AUTH_TOKEN"],
    inputs: [launch, "kit/proxy-output.cjs", ...inputs],
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
  const listen = [`--Proxy.address=${at}:${p.dask}`, `--Proxy.tcp_address=${onCluster(input)}:${p.daskTcp}`];
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
