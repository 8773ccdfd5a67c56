import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cached } from "../../cache";
import { pythonEnvironment } from "../../python-environment";
import type { Rule, Run } from "../pods/runner";

const locks = join(__dirname, "../../../charts/hpc-site/locks/chp");

/** Images of the stand-ins for the charts' own programs. */
export const images = {
  hub: "example.org/hub:5.5.0",
  proxy: "example.org/proxy:5.2.0",
  gateway: "example.org/gateway:2026.3.0",
};

/** The Python of everything that a hub's pods run, made once for a machine. */
export function platformPython(): string {
  return pythonEnvironment("kube-platform", readFileSync(join(__dirname, "platform.txt"), "utf8"));
}

/** The hubs' proxy, as local sites have it. */
function proxyProgram(): string {
  const lock = readFileSync(join(locks, "package-lock.json"), "utf8");
  const folder = cached(`kube/proxy-${createHash("sha256").update(lock).digest("hex").slice(0, 12)}`, (building) => {
    cpSync(locks, building, { recursive: true });
    const { status, stderr } = spawnSync("npm", ["ci", "--omit=dev", "--no-audit", "--no-fund"], {
      cwd: building,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`npm ci of the hubs' proxy: ${stderr}`);
  });
  return join(folder, "node_modules/configurable-http-proxy/bin/configurable-http-proxy");
}

/**
 * What runs in place of the images of a hub's pods; everything else stays simulated.
 *
 * @param names where Python processes ask for the cluster's names
 */
export function platformRules(names: string): readonly Rule[] {
  const python = platformPython();
  const proxy = proxyProgram();
  const env = { KUBE_NAMES: names, PYTHONPATH: join(__dirname, "names"), PYTHONDONTWRITEBYTECODE: "1" };
  return [
    {
      image: /^example\.org\/hub:/,
      program: ({ argv }) => ({ argv: [python, "-m", "jupyterhub", ...argv.slice(1)], env }),
    },
    { image: /^example\.org\/proxy:/, program: ({ argv }) => ({ argv: [process.execPath, proxy, ...argv.slice(1)] }) },
    {
      image: /^example\.org\/gateway:/,
      program: ({ argv }) => ({ argv: [python, "-c", gatewayMain, ...argv.slice(1)], env }),
    },
    { image: /./, container: "notebook", program: (run) => withEnv(env, notebook(python, run)) },
    { image: /./, container: "dask-scheduler", program: (run) => withEnv(env, dask(python, run)) },
    { image: /./, container: "dask-worker", program: (run) => withEnv(env, dask(python, run)) },
  ];
}

type Started = { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> };

function withEnv(env: Started["env"], program: Started): Started {
  return { ...program, env: { ...env, ...program.env } };
}

const gatewayMain = "from dask_gateway_server.app import main; main()";

/** A notebook server with its home in its own folder; as root it must be told that this is meant. */
function notebook(python: string, { argv, folder, path }: Run) {
  const asRoot = process.getuid?.() === 0 ? ["--allow-root"] : [];
  const config = `--config=${path("/etc/jupyter/jupyter_server_config.d/isthmus.json")}`; // where an image's server finds it
  const home = {
    HOME: folder,
    JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
    PATH: `${join(python, "..")}:${process.env.PATH}`,
  };
  return { argv: [python, "-m", "jupyterhub.singleuser", ...argv.slice(1), config, ...asRoot], env: home };
}

/** A scheduler or worker that listens at its pod's address only. */
function dask(python: string, { argv, podIP, folder }: Run) {
  const here = argv.slice(1).map((text) => (/^:\d+$/.test(text) ? `${podIP}${text}` : text));
  // A command that this environment lacks is not found, as in an image.
  return { argv: [python, join(python, "..", argv[0] ?? ""), ...here, "--host", podIP], env: { HOME: folder } };
}
