import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { jupyterHubValues } from "../../../charts/jupyterhub/values";
import { userPrefix } from "../../../config/names";
import { alteredSite } from "../../config/cluster-site";
import { pythonEnvironment } from "../../python-environment";
import { propsOf } from "./hub-props";

interface User {
  readonly name: string;
  readonly groups?: readonly string[];
  readonly admin?: boolean;
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly subPath?: string }[];
  readonly resources: { readonly limits: Readonly<Record<string, unknown>> };
}

interface PodSpec {
  readonly containers: readonly [Container];
  readonly initContainers?: readonly Container[];
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly { readonly key: string }[];
}

const anna: User = { name: "anna@alps.example" };

let hub: ChildProcess | undefined;
let answers: AsyncIterator<string> | undefined;
let said = "";

/** One process for all tests: to load KubeSpawner takes seconds. */
beforeAll(async () => {
  const python = pythonEnvironment("jupyterhub", readFileSync(join(__dirname, "hub.txt"), "utf8"));
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
  const child = spawn(python, ["-W", "ignore", "pod_of.py"], { cwd: __dirname, env });
  child.stderr.on("data", (text: Buffer) => {
    said += text;
  });
  answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  hub = child;
  expect(await nextLine()).toBe("loaded");
}, 240_000);

afterAll(async () => {
  if (hub?.exitCode === null && hub.kill("SIGKILL")) await once(hub, "exit");
});

async function nextLine(): Promise<string> {
  const line = await answers?.next();
  if (!line || line.done) throw new Error(said);
  return line.value;
}

/** What the real KubeSpawner makes of a hub's values, with the hub's own program; a refusal's text where it makes nothing. */
async function start(
  props: ReturnType<typeof propsOf>,
  user: User,
  options: Record<string, unknown> = {},
): Promise<PodSpec | string> {
  hub?.stdin?.write(`${JSON.stringify({ values: jupyterHubValues(props), user, options })}\n`);
  const answer = JSON.parse(await nextLine()) as {
    readonly pod?: { readonly spec: PodSpec };
    readonly refused?: string;
  };
  return answer.pod?.spec ?? answer.refused ?? "";
}

async function pod(...args: Parameters<typeof start>): Promise<PodSpec> {
  const made = await start(...args);
  if (typeof made === "string") throw new Error(made);
  return made;
}

function environment({ containers: [notebook] }: PodSpec): Record<string, string> {
  return Object.fromEntries(notebook.env.map(({ name, value }) => [name, value]));
}

const other = alteredSite([
  "    home: main\n    profiles:",
  "    home: main\n    profiles:\n      python: { otherImages: [quay.io/pangeo/*] }",
]);

test("single braces failed each spawn: variables with literal ones reach the notebook as they are", async () => {
  const told = environment(await pod(propsOf("prod"), anna));
  expect(told.DASK_GATEWAY__CLUSTER__OPTIONS__IMAGE).toBe("{JUPYTER_IMAGE_SPEC}");
  expect(told.DASK_DISTRIBUTED__DASHBOARD__LINK).toBe("{JUPYTERHUB_SERVICE_PREFIX}proxy/{port}/status");
  expect(JSON.parse(told.ISTHMUS_PUBLISH ?? "")).toEqual({ "glacier-mass": "s3://alps-library/glacier/mass" });
});

test("threads are those of the size, unless the profile says how many", async () => {
  const own = alteredSite([
    "url: /rstudio, dask: none }",
    'url: /rstudio, dask: none, environment: { OMP_NUM_THREADS: "3" } }',
  ]);
  const told = environment(await pod(propsOf("prod", own), anna, { profile: "r", size: "user-2" }));
  expect([told.OMP_NUM_THREADS, told.MKL_NUM_THREADS]).toEqual(["3", "4"]);
});

test("a user's prefix is the same in buckets and in the home, for the hub as for the config", async () => {
  const { containers } = await pod(propsOf("prod"), anna);
  const [notebook] = containers;
  const prefix = userPrefix(anna.name);
  expect(notebook.env).toContainEqual({ name: "SCRATCH_BUCKET", value: `s3://alps-scratch/${prefix}` });
  const home = notebook.volumeMounts.filter(({ subPath }) => subPath === `prod.${prefix}`);
  expect(home.map((mount) => mount.mountPath)).toEqual(["/home/jovyan", "/home/rstudio"]);
});

test("what admins share, all others only read", async () => {
  const shared = async (user: User) =>
    (await pod(propsOf("prod"), user)).containers[0].volumeMounts.filter(({ subPath }) => subPath === "shared/prod");
  expect(await shared(anna)).toEqual([
    { name: "home", mountPath: "/home/jovyan/shared", subPath: "shared/prod", readOnly: true },
    { name: "home", mountPath: "/home/rstudio/shared", subPath: "shared/prod", readOnly: true },
  ]);
  expect((await shared({ ...anna, admin: true })).map(({ mountPath }) => mountPath)).toContain(
    "/home/jovyan/shared-readwrite",
  );
});

test("a size sends the notebook to the nodes that hold it", async () => {
  const gpu = await pod(propsOf("prod"), { ...anna, groups: ["snow-ml"] }, { profile: "torch" });
  expect(gpu.nodeSelector).toEqual({ role: "gpu" });
  expect(gpu.tolerations.map(({ key }) => key)).toContain("nvidia.com/gpu");
  expect(gpu.containers[0].resources.limits["nvidia.com/gpu"]).toBe("1");
  expect((await pod(propsOf("prod"), anna)).nodeSelector).toEqual({ role: "user" });
});

test("a profile without Dask has nothing of the gateway", async () => {
  const names = Object.keys(environment(await pod(propsOf("prod"), anna, { profile: "r" })));
  expect(names.filter((name) => name.startsWith("DASK_GATEWAY"))).toEqual([]);
});

test("the hub refuses a profile that its user may not take, whatever the form says", async () => {
  expect(await start(propsOf("prod"), anna, { profile: "torch" })).toBe(
    "Refused: there is no profile 'torch' for you; there are python, r",
  );
  expect(await start(propsOf("prod"), { ...anna, groups: ["other"] }, { profile: "torch" })).toContain(
    "there is no profile 'torch'",
  );
  expect(await start(propsOf("prod"), anna, { profile: "python", size: "gpu-2" })).toContain(
    "profile python has no size 'gpu-2'; there are ",
  );
});

test("a choice that comes without a profile is checked too: it would have had no limits, and any image", async () => {
  expect(await start(propsOf("prod"), anna, { "size--unlisted-choice": "x" })).toContain("takes no other size");
  const props = propsOf("prod", other);
  expect(await start(props, anna, { "image--unlisted-choice": "docker.io/evil/miner:1" })).toContain(
    "One of quay.io/pangeo/*",
  );
});

test("images that a pattern allows may be named, and nothing that only starts like them", async () => {
  const image = (name: string) =>
    start(propsOf("prod", other), anna, { profile: "python", "image--unlisted-choice": name });
  expect(await image("quay.io/pangeo/ml-notebook:2026.01.30")).toMatchObject({
    containers: [{ image: "quay.io/pangeo/ml-notebook:2026.01.30" }],
  });
  for (const name of ["quay.io/evil/pangeo/x:1", "quayXio/pangeo/x:1", "quay.io/pangeo/x:1\n", "quay.io/pangeo/x y"])
    expect(await image(name), name).toContain("One of quay.io/pangeo/*");
});
