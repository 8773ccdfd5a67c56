import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DaskGatewayValues } from "../../../charts/dask-gateway/values";
import { freePorts } from "../../free-ports";
import { pythonEnvironment } from "../../python-environment";
import { until } from "../../until";
import type { Answer } from "../api";
import type { Cluster } from "../cluster";
import { kubeconfigText } from "../control-plane";
import { Program } from "../program";

const lock = join(__dirname, "../../charts/dask-gateway/server.txt");
const main = "from dask_gateway_server.app import main; main()";

/** A running gateway, as its users and its schedulers see it. */
export interface Gateway {
  /** A user's request; the name is the password's owner. */
  ask(user: string, method: string, path: string, body?: object): Promise<Answer>;
  /** What a cluster's scheduler says when it wants so many workers. */
  wants(cluster: string, workers: number): Promise<Answer>;
  /** The ends of the logs. */
  tail(): string;
}

/**
 * Starts the real server and controller of Dask Gateway as processes, each with the account of its pod and no other right, set up
 * from the values of a hub's chart. People sign in by name.
 */
export async function startGateway(cluster: Cluster, release: string, values: DaskGatewayValues): Promise<Gateway> {
  const { namespace } = values.gateway.backend;
  const [port = 0, controllerPort = 0] = await freePorts(2);
  const { backend, env, extraConfig } = values.gateway;
  const settings = { backend, release, port, controllerPort, extraConfig: extraConfig.isthmus };
  const python = pythonEnvironment("dask-gateway", readFileSync(lock, "utf8"));
  const variables = { SETTINGS: JSON.stringify(settings), ...Object.fromEntries(env.map((e) => [e.name, e.value])) };
  const run = async (name: string, account: string, args: readonly string[]) => {
    const token = (await cluster.kubectl(["create", "token", account, "--namespace", namespace])).trim();
    const kubeconfig = join(cluster.folder, `${account}.kubeconfig`);
    writeFileSync(kubeconfig, kubeconfigText({ ...cluster.endpoint, token }), { mode: 0o600 });
    const argv = [python, "-c", main, ...args, "--config", join(__dirname, "gateway_config.py")];
    const program = new Program({ name, argv, folder: cluster.folder, env: { ...variables, KUBECONFIG: kubeconfig } });
    cluster.beforeStop(() => program.stop());
    return program;
  };
  const { gateway, controller } = values.rbac;
  const programs = [
    await run("dask-gateway", gateway.serviceAccountName, []),
    await run("dask-controller", controller.serviceAccountName, ["kube-controller"]),
  ];
  const tail = () => programs.map((program) => program.tail(12)).join("\n");
  const url = `http://127.0.0.1:${port}/api`;
  const request = async (method: string, path: string, authorization: string, body?: object): Promise<Answer> => {
    const text = body ? { body: JSON.stringify(body) } : {};
    const response = await fetch(`${url}${path}`, { method, headers: { authorization }, ...text });
    return { status: response.status, body: await response.text() };
  };
  await until(
    "the gateway answers",
    60,
    () =>
      request("GET", "/health", "").then(
        () => true,
        () => false,
      ),
    tail,
  );
  return {
    tail,
    ask: (user, method, path, body) =>
      request(method, path, `Basic ${Buffer.from(`${user}:`).toString("base64")}`, body),
    wants: async (name, count) => {
      const secret = await cluster.get(
        `/api/v1/namespaces/${namespace}/secrets/dask-credentials-${name.split(".")[1]}`,
      );
      const { "api-token": encoded = "" } = (secret?.data ?? {}) as { "api-token"?: string };
      const token = Buffer.from(encoded, "base64").toString();
      const told = { count, active_workers: [], closing_workers: [], closed_workers: [] };
      return request("POST", `/v1/clusters/${name}/heartbeat`, `token ${token}`, told);
    },
  };
}
