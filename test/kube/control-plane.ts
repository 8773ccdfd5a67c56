import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { freePorts } from "../free-ports";
import { until } from "../until";
import { ask, type Endpoint } from "./api";
import type { Ranges } from "./network";
import { Program } from "./program";
import { stagesText } from "./stages";
import { folderOfTool, tool } from "./tools/tools";

const LOOPBACK = "127.0.0.1";
const READY_SECONDS = 180;

/** What a control plane is started with. */
export interface ControlPlaneOptions {
  readonly folder: string;
  readonly ranges: Ranges;
  /** Names of schedulers beside the default one. */
  readonly schedulers: readonly string[];
}

export interface ControlPlane {
  readonly endpoint: Endpoint;
  readonly kubeconfig: string;
  readonly programs: readonly Program[];
}

/** A port was taken by another program between its choice and its use. */
class PortTaken extends Error {}

/** Starts etcd, the API server, controllers, scheduler and KWOK, all on loopback, and waits until the API answers. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(options, attempt);
    } catch (error) {
      if (!(error instanceof PortTaken) || attempt === 3) throw error;
    }
  }
}

async function start(options: ControlPlaneOptions, attempt: number): Promise<ControlPlane> {
  const folder = join(options.folder, `control-plane-${attempt}`);
  mkdirSync(folder);
  const [client = 0, peer = 0, secure = 0] = await freePorts(3);
  const token = writeIdentity(folder);
  const programs: Program[] = [];
  const run = (name: Parameters<typeof tool>[0], args: readonly string[]) =>
    programs.push(new Program({ name, argv: [tool(name), ...args], folder: options.folder, env: collector() }));
  try {
    run("etcd", etcdArguments(folder, client, peer));
    run("kube-apiserver", apiServerArguments(folder, client, secure, options.ranges.services));
    const url = `https://${LOOPBACK}:${secure}`;
    const endpoint = await answering(url, token, folder, programs);
    const kubeconfig = join(options.folder, "kubeconfig");
    writeFileSync(kubeconfig, kubeconfigText(endpoint), { mode: 0o600 });
    run("kube-controller-manager", controllerArguments(folder, kubeconfig));
    writeFileSync(join(folder, "scheduler.yaml"), schedulerText(kubeconfig, options.schedulers));
    run("kube-scheduler", [`--config=${join(folder, "scheduler.yaml")}`, "--secure-port=0"]);
    writeFileSync(join(folder, "kwok.yaml"), stagesText(folderOfTool("kwok")));
    run("kwok", kwokArguments(folder, kubeconfig, options.ranges.pods));
    return { endpoint, kubeconfig, programs };
  } catch (error) {
    await Promise.all(programs.map((program) => program.stop()));
    throw error;
  }
}

/** How the test run tunes Go's collector of garbage. */
function collector(): Record<string, string> {
  const { GOGC, GOMEMLIMIT } = process.env;
  return { ...(GOGC ? { GOGC } : {}), ...(GOMEMLIMIT ? { GOMEMLIMIT } : {}) };
}

/** Keys and the token of the one who may do anything. */
function writeIdentity(folder: string): string {
  const pair = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  writeFileSync(join(folder, "accounts.key"), pair.privateKey, { mode: 0o600 });
  writeFileSync(join(folder, "accounts.pub"), pair.publicKey);
  const token = randomBytes(24).toString("hex");
  writeFileSync(join(folder, "tokens.csv"), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  return token;
}

function etcdArguments(folder: string, client: number, peer: number): readonly string[] {
  const clients = `http://${LOOPBACK}:${client}`;
  const peers = `http://${LOOPBACK}:${peer}`;
  return [
    `--data-dir=${join(folder, "etcd")}`,
    `--listen-client-urls=${clients}`,
    `--advertise-client-urls=${clients}`,
    `--listen-peer-urls=${peers}`,
    `--initial-advertise-peer-urls=${peers}`,
    `--initial-cluster=default=${peers}`,
    "--unsafe-no-fsync", // what a test writes need not survive the machine
    "--log-level=warn",
  ];
}

function apiServerArguments(folder: string, etcd: number, port: number, services: string): readonly string[] {
  return [
    `--etcd-servers=http://${LOOPBACK}:${etcd}`,
    `--bind-address=${LOOPBACK}`,
    `--secure-port=${port}`,
    `--cert-dir=${join(folder, "certificates")}`, // it makes its own there
    `--token-auth-file=${join(folder, "tokens.csv")}`,
    "--authorization-mode=Node,RBAC",
    "--allow-privileged",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${join(folder, "accounts.pub")}`,
    `--service-account-signing-key-file=${join(folder, "accounts.key")}`,
    `--service-cluster-ip-range=${services}`,
    // Nothing reaches the API at an advertised address here; without these it looks for a default route.
    "--advertise-address=192.0.2.1",
    "--endpoint-reconciler-type=none",
  ];
}

function controllerArguments(folder: string, kubeconfig: string): readonly string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    "--leader-elect=false",
    "--secure-port=0",
    `--service-account-private-key-file=${join(folder, "accounts.key")}`,
    `--root-ca-file=${certificate(folder)}`,
    "--use-service-account-credentials=false",
  ];
}

function kwokArguments(folder: string, kubeconfig: string, podRange: string): readonly string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--config=${join(folder, "kwok.yaml")}`,
    "--manage-all-nodes=true",
    `--cidr=${podRange}`,
    "--node-ip=192.0.2.2",
    "--node-lease-duration-seconds=40",
  ];
}

function schedulerText(kubeconfig: string, names: readonly string[]): string {
  return stringify({
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    leaderElection: { leaderElect: false },
    clientConnection: { kubeconfig },
    profiles: [{ schedulerName: "default-scheduler" }, ...names.map(packing)],
  });
}

/** A scheduler that fills nodes one after the other, as JupyterHub's user scheduler does. */
function packing(schedulerName: string): object {
  const resources = ["cpu", "memory"].map((name) => ({ name, weight: 1 }));
  const args = { scoringStrategy: { type: "MostAllocated", resources } };
  // The default scores of balance weigh as much as this one, and would spread what it packs: every other score is off.
  const score = { disabled: [{ name: "*" }], enabled: [{ name: "NodeResourcesFit", weight: 1 }] };
  return { schedulerName, plugins: { score }, pluginConfig: [{ name: "NodeResourcesFit", args }] };
}

function certificate(folder: string): string {
  return join(folder, "certificates/apiserver.crt");
}

async function answering(url: string, token: string, folder: string, programs: readonly Program[]): Promise<Endpoint> {
  const [etcd, server] = programs;
  return until(
    "the API server answers",
    READY_SECONDS,
    async () => {
      for (const program of [etcd, server]) {
        if (program?.result === undefined) continue;
        const told = `${program.name} ended with ${program.result}:\n${program.tail()}`;
        throw told.includes("address already in use") ? new PortTaken(told) : new Error(told);
      }
      if (!existsSync(certificate(folder))) return undefined;
      const endpoint = { url, token, authority: readFileSync(certificate(folder), "utf8") };
      const ready = await ask(endpoint, "GET", "/readyz").catch(() => undefined);
      return ready?.status === 200 ? endpoint : undefined;
    },
    () => server?.tail() ?? "",
  );
}

/** A kubeconfig for who speaks to an API server. */
export function kubeconfigText({ url, authority, token }: Endpoint, namespace = "default"): string {
  const cluster = { server: url, "certificate-authority-data": Buffer.from(authority).toString("base64") };
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    clusters: [{ name: "test", cluster }],
    users: [{ name: "test", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test", namespace } }],
  });
}
