import { expect, test } from "vitest";
import { amountOf, environmentOf, expand } from "./environment";
import { type Container, fieldOf, type Pod } from "./pod";
import type { Sources } from "./sources";

const container: Container = {
  name: "main",
  image: "a:1",
  resources: { limits: { memory: "1Gi", cpu: "1500m" } },
  envFrom: [{ prefix: "CONFIG_", configMapRef: { name: "settings" } }],
  env: [
    { name: "USER_NAME", value: "ada" },
    { name: "PREFIX", value: "s3://scratch/$(USER_NAME)/$(UNKNOWN)/$$(USER_NAME)" },
    { name: "MY_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
    { name: "TOKEN", valueFrom: { secretKeyRef: { name: "keys", key: "token" } } },
    { name: "ABSENT", valueFrom: { secretKeyRef: { name: "keys", key: "absent", optional: true } } },
    { name: "MEMORY", valueFrom: { resourceFieldRef: { resource: "limits.memory", divisor: "1Mi" } } },
    { name: "CPUS", valueFrom: { resourceFieldRef: { resource: "limits.cpu" } } },
  ],
};
const pod: Pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "ns", uid: "1", labels: { "hub.jupyter.org/username": "ada" } },
  spec: { containers: [container], serviceAccountName: "user-sa" },
  status: { podIP: "198.18.4.2" },
};
const sources = {
  entries: async () => ({ COLOUR: Buffer.from("blue") }),
  text: async (_kind: string, { key }: { key?: string }) => (key === "token" ? "secret" : undefined),
} as unknown as Sources;

test("a container's environment is what a kubelet would make of it", async () => {
  expect(await environmentOf(pod, container, sources)).toEqual({
    CONFIG_COLOUR: "blue",
    USER_NAME: "ada",
    PREFIX: "s3://scratch/ada/$(UNKNOWN)/$(USER_NAME)",
    MY_IP: "198.18.4.2",
    TOKEN: "secret",
    MEMORY: "1024",
    CPUS: "2",
  });
});

test("a value's source that the runner does not know is an error, not an empty variable", async () => {
  const odd = { ...container, env: [{ name: "A", valueFrom: { fileKeyRef: {} } }] } as unknown as Container;
  await expect(environmentOf(pod, odd, sources)).rejects.toThrow("variable A comes from fileKeyRef");
});

test("fields of a pod by their path", () => {
  expect(fieldOf(pod, "metadata.labels['hub.jupyter.org/username']")).toBe("ada");
  expect(fieldOf(pod, "metadata.labels")).toBe('hub.jupyter.org/username="ada"');
  expect(fieldOf(pod, "spec.serviceAccountName")).toBe("user-sa");
  expect(fieldOf(pod, "metadata.annotations['none']")).toBe("");
});

test("names are expanded once, never in what an expansion brought", () => {
  expect(expand("$(A)", { A: "$(B)", B: "no" })).toBe("$(B)");
});

test.each([
  ["100m", 0.1],
  ["2", 2],
  ["1.5Gi", 1.5 * 2 ** 30],
  ["2e3", 2000],
  ["5G", 5e9],
])("%s is %d", (quantity, amount) => {
  expect(amountOf(quantity)).toBe(amount);
});

test("what is no quantity is said", () => {
  expect(() => amountOf("4 GB")).toThrow("4 GB is no quantity");
});
