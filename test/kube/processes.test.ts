import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { until } from "../until";
import type { Manifest } from "./api";
import { listeners } from "./listeners";
import { namespaceOf, podOf } from "./manifests";
import type { Pod } from "./pods/pod";
import { PodRunner, type Rule } from "./pods/runner";
import { Services } from "./pods/services";
import { whyMissing, withCluster } from "./with-cluster";

const options = { pools: [{ name: "user", cpu: "4", memory: "16Gi" }], podNetwork: true };
const bed = withCluster(options);
let runner: PodRunner;

beforeAll(async () => {
  if (whyMissing(options)) return;
  const web: Rule = {
    image: /^example\.org\/web:/,
    container: "main",
    program: ({ argv }) => ({ argv: [process.execPath, join(__dirname, "web-server.mjs"), ...argv] }),
  };
  runner = PodRunner.start(bed.cluster, [web], Services.start(bed.cluster));
  await bed.cluster.apply([
    namespaceOf("apps"),
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "web", namespace: "apps" } },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "settings", namespace: "apps" },
      data: { "a.yaml": "size: 3" },
    },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "keys", namespace: "apps" },
      stringData: { password: "s3cret" },
    },
  ]);
});

/** A web server as charts write one: address from the pod, settings from a volume, a secret in the environment. */
function web(name: string, more: Readonly<Record<string, unknown>> = {}): Manifest {
  const container = {
    image: "example.org/web:1.0.0",
    args: ["0.0.0.0", "/etc/web/a.yaml"],
    env: [
      { name: "MY_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      { name: "GREETING", value: "I am $(MY_NAME)" },
      { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "keys", key: "password" } } },
    ],
    volumeMounts: [{ name: "settings", mountPath: "/etc/web" }],
  };
  const volumes = [{ name: "settings", configMap: { name: "settings" } }];
  return podOf({ name, namespace: "apps", container, spec: { serviceAccountName: "web", volumes, ...more } });
}

const pathOf = (name: string) => `/api/v1/namespaces/apps/pods/${name}`;

/** The answer of a pod's own address. */
async function answer(name: string, path = "/"): Promise<string> {
  const program = await runner.waitFor("apps", name);
  const ip = (await bed.cluster.get<Pod>(pathOf(name)))?.status.podIP;
  const ask = () => fetch(`http://${ip}:8080${path}`).then((response) => response.text());
  return until(
    `${name} answers`,
    60,
    () => ask().catch(() => undefined),
    () => program.tail(),
  );
}

test("a pod's program runs with its environment, files and account, and answers at its address only", async () => {
  await bed.cluster.apply([web("one"), web("two")]);
  const told = JSON.parse(await answer("one"));
  expect(told).toMatchObject({ GREETING: "I am one", PASSWORD: "s3cret", settings: "size: 3" });
  expect(JSON.parse(await answer("two"))).toMatchObject({ GREETING: "I am two" });
  const account = await bed.cluster.kubectl([
    "--kubeconfig",
    told.KUBECONFIG,
    "auth",
    "whoami",
    "-o",
    "jsonpath={.status.userInfo.username}",
  ]);
  expect(account).toBe("system:serviceaccount:apps:web");
  const ids = ["one", "two"].map((name) => runner.process("apps", name)?.id ?? 0);
  expect([...listeners(ids)].map((address) => address.replace(/\d+:8080$/, "")).sort()).toEqual([
    expect.stringMatching(/^198\.1[89]\.\d+\.$/),
    expect.stringMatching(/^198\.1[89]\.\d+\.$/),
  ]);
});

test("a Service's address answers with one of its pods, and its names become that address", async () => {
  const spec = { selector: { app: "web" }, ports: [{ name: "http", port: 80, targetPort: 8080 }] };
  const service = { apiVersion: "v1", kind: "Service", metadata: { name: "front-door", namespace: "apps" }, spec };
  await bed.cluster.apply([service]);
  const path = "/api/v1/namespaces/apps/services/front-door";
  const { spec: made } = JSON.parse((await bed.cluster.ask("GET", path)).body);
  const clusterIP: string = made.clusterIP;
  const behind = web("behind");
  const labels = { app: "web" };
  await bed.cluster.apply([{ ...behind, metadata: { ...behind.metadata, labels } }]);
  const ask = () =>
    fetch(`http://${clusterIP}/`, { headers: { connection: "close" } }).then((response) => response.json());
  const told = await until(
    "the Service answers",
    120,
    () => ask().catch(() => undefined),
    () => runner.report(),
  );
  expect(told).toMatchObject({ GREETING: "I am behind" });

  const greeting =
    "http://front-door:80/ tls://front-door.apps:80 front-door.apps.svc.cluster.local front-door none.apps";
  const after = web("after");
  const container = { ...(after.spec as Pod["spec"]).containers[0], env: [{ name: "GREETING", value: greeting }] };
  await bed.cluster.apply([{ ...after, spec: { ...(after.spec as object), containers: [container] } }]);
  expect(JSON.parse(await answer("after"))).toMatchObject({
    GREETING: `http://${clusterIP}:80/ tls://${clusterIP}:80 ${clusterIP} front-door none.apps`,
    FRONT_DOOR_SERVICE_HOST: clusterIP,
  });
});

test("a program ends with its pod", async () => {
  await bed.cluster.apply([web("gone")]);
  await answer("gone");
  const id = runner.process("apps", "gone")?.id;
  await bed.cluster.kubectl(["delete", "pod", "gone", "-n", "apps"]);
  await until(
    "the process is gone",
    60,
    () => !existsSync(`/proc/${id}`),
    () => runner.report(),
  );
  await until("its folder is gone", 60, () => !runner.process("apps", "gone"));
});

test.each([
  [0, "Succeeded"],
  [3, "Failed"],
])("a program that ends with %d shows in its pod as %s", async (code, phase) => {
  const name = `ends-${code}`;
  await bed.cluster.apply([web(name, { restartPolicy: "Never" })]);
  await answer(name, `/exit/${code}`);
  const status = await bed.cluster.until(`${name} is ${phase}`, pathOf(name), (pod) => {
    const status = pod?.status as Pod["status"] | undefined;
    return status?.phase === phase && status;
  });
  expect(status.containerStatuses?.[0]?.state).toMatchObject({ terminated: { exitCode: code } });
});

test("what cannot start is in the report, and images without a rule stay simulated", async () => {
  const container = {
    image: "example.org/web:1.0.0",
    env: [{ name: "A", valueFrom: { secretKeyRef: { name: "none", key: "a" } } }],
  };
  await bed.cluster.apply([
    podOf({ name: "broken", namespace: "apps", container }),
    podOf({ name: "other", namespace: "apps" }),
  ]);
  await until("the report says so", 60, () =>
    runner.report().includes("apps/broken/main did not start: secrets none is not there"),
  );
  await bed.cluster.until(
    "the other runs",
    pathOf("other"),
    (pod) => (pod?.status as Pod["status"])?.phase === "Running",
  );
  expect(runner.process("apps", "other")).toBeUndefined();
});
