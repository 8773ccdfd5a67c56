import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Pod } from "./pod";
import type { Sources } from "./sources";
import { mountsOf, rewritePaths, writeVolumes } from "./volumes";

const folder = mkdtempSync(join(tmpdir(), "isthmus-volumes-"));
afterAll(() => rmSync(folder, { recursive: true }));

const container = {
  name: "main",
  image: "a:1",
  volumeMounts: [
    { name: "settings", mountPath: "/etc/app/" },
    { name: "keys", mountPath: "/etc/app/keys" },
    { name: "one", mountPath: "/etc/one.yaml", subPath: "one.yaml" },
    { name: "home", mountPath: "/home/ada" },
    { name: "all", mountPath: "/var/run/all" },
  ],
};
const pod: Pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "ns", uid: "1" },
  spec: {
    containers: [container],
    volumes: [
      { name: "settings", configMap: { name: "settings" } },
      { name: "keys", secret: { secretName: "keys", items: [{ key: "token", path: "deep/token" }] } },
      { name: "one", configMap: { name: "settings" } },
      { name: "home", persistentVolumeClaim: { claimName: "claim-ada" } },
      {
        name: "all",
        projected: {
          sources: [
            { serviceAccountToken: { path: "token" } },
            { downwardAPI: { items: [{ path: "name", fieldRef: { fieldPath: "metadata.name" } }] } },
          ],
        },
      },
    ],
  },
  status: {},
};
const entries: Record<string, Record<string, Buffer>> = {
  settings: { "one.yaml": Buffer.from("a: 1") },
  keys: { token: Buffer.from("secret"), other: Buffer.from("unasked") },
};
const sources = {
  entries: async (_: string, name: string) => entries[name] ?? {},
  token: async () => "jwt",
} as unknown as Sources;

test("volumes are files where the container's paths point to", async () => {
  const places = await writeVolumes(pod, folder, join(folder, "claims"), sources);
  const mounts = mountsOf(container, places);
  const read = (path: string) => readFileSync(rewritePaths(path, mounts), "utf8");
  expect(read("/etc/app/one.yaml")).toBe("a: 1");
  expect(read("/etc/app/keys/deep/token")).toBe("secret");
  expect(() => read("/etc/app/keys/other")).toThrow("ENOENT");
  expect(read("/etc/one.yaml")).toBe("a: 1");
  expect(read("/var/run/all/token")).toBe("jwt");
  expect(read("/var/run/all/name")).toBe("p");
  expect(rewritePaths("/home/ada/x", mounts)).toBe(join(folder, "claims/ns/claim-ada/x"));
  expect(statSync(rewritePaths("/etc/app/keys/deep/token", mounts)).mode & 0o777).toBe(0o600);
});

test("a key that a volume names and nobody has keeps the container from starting", async () => {
  const volumes = [{ name: "keys", secret: { secretName: "keys", items: [{ key: "none", path: "none" }] } }];
  const asks = writeVolumes({ ...pod, spec: { ...pod.spec, volumes } }, folder, folder, sources);
  await expect(asks).rejects.toThrow("the volume asks for none");
});

test("paths are rewritten as whole names, wherever they stand in a text", () => {
  const mounts = new Map([
    ["/etc/app/keys", "/here/keys"],
    ["/etc/app", "/here/settings"],
  ]);
  const at = (text: string) => rewritePaths(text, mounts);
  expect(at("--config=/etc/app/a.py")).toBe("--config=/here/settings/a.py");
  expect(at("/etc/app/keys/k:/etc/app")).toBe("/here/keys/k:/here/settings");
  expect(at("/etc/apps /srv/etc/app")).toBe("/etc/apps /srv/etc/app");
});
