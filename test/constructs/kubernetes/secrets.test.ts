import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubernetesProvider } from "@cdktf/provider-kubernetes/lib/provider";
import { App, LocalBackend, TerraformStack } from "cdktf";
import { afterEach, beforeEach, expect, test } from "vitest";
import { engineEnvironment } from "../../../bin/engine/environment";
import { findEngine } from "../../../bin/engine/find";
import { refuseMissingSecrets, secretVariables } from "../../../bin/engine/secrets";
import { Namespace } from "../../../constructs/kubernetes/namespace";
import { Secrets } from "../../../constructs/kubernetes/secrets";

let output: string;
beforeEach(() => {
  output = mkdtempSync(join(tmpdir(), "isthmus-secrets-"));
});
afterEach(() => rmSync(output, { recursive: true, force: true }));

interface Secret {
  readonly metadata: { readonly name: string };
  readonly data_wo_revision: number;
}

function named(secrets: readonly Secret[], name: string): Secret | undefined {
  return secrets.find((secret) => secret.metadata.name === name);
}

/** A reference to a variable, as the engine has it. */
function reference(name: string): string {
  return `\${var.${name}}`;
}

/** A stack with two secrets, of which one has a key twice. */
function synth(revision = 1): { folder: string; text: string } {
  const app = new App({ outdir: output });
  const stack = new TerraformStack(app, "alps-prod");
  new LocalBackend(stack, { path: "alps-prod.tfstate" });
  new KubernetesProvider(stack, "kubernetes", { configPath: "kubeconfig" });
  const namespace = new Namespace(stack, "ns", { name: "alps-prod", labels: {}, enforce: "baseline", expires: null });
  const store = { a: { env: "STORE_KEY", revision }, b: { env: "STORE_SECRET" } };
  new Secrets(stack, "secrets", {
    namespace,
    secrets: [
      { name: "store", data: store },
      { name: "sign-in", data: { key: { env: "STORE_KEY" } } },
    ],
  });
  app.synth();
  const folder = join(output, "stacks", "alps-prod");
  return { folder, text: readFileSync(join(folder, "cdk.tf.json"), "utf8") };
}

test("secrets are write-only and come by variables that are in no file", () => {
  const stack = JSON.parse(synth().text);
  expect(stack.variable).toEqual({
    STORE_KEY: { ephemeral: true, nullable: false, sensitive: true, type: "string" },
    STORE_SECRET: { ephemeral: true, nullable: false, sensitive: true, type: "string" },
  });
  const secrets = Object.values(stack.resource.kubernetes_secret_v1) as Secret[];
  for (const secret of secrets) expect(secret).not.toHaveProperty("data");
  expect(named(secrets, "store")).toMatchObject({
    data_wo: { a: reference("STORE_KEY"), b: reference("STORE_SECRET") },
    data_wo_revision: 2,
  });
});

test("a raised revision writes the secret anew", () => {
  const secrets = Object.values(JSON.parse(synth(2).text).resource.kubernetes_secret_v1) as Secret[];
  expect(named(secrets, "store")?.data_wo_revision).toBe(3);
});

test("up refuses to begin without them, naming each and who needs it; down does not ask", () => {
  const { folder } = synth();
  expect(() => refuseMissingSecrets(output, ["alps-prod"], { STORE_KEY: "" })).toThrow(
    "secrets are not in the environment; nothing was changed:\n  STORE_KEY  for alps-prod\n  STORE_SECRET  for alps-prod\nset them",
  );
  expect(() => refuseMissingSecrets(output, ["alps-prod"], { STORE_KEY: "k", TF_VAR_STORE_SECRET: "s" })).not.toThrow();
  expect(secretVariables(folder, { STORE_KEY: "k" })).toEqual({ TF_VAR_STORE_KEY: "k", TF_VAR_STORE_SECRET: "" });
});

/** The engine's own part of it, without the provider: a program that it starts gets the value, its state does not. */
test("the engine takes such a variable from the environment and keeps it out of plan and state", async () => {
  const value = "a-secret-that-must-not-stay";
  const stack = {
    variable: JSON.parse(synth().text).variable,
    resource: {
      terraform_data: {
        uses: {
          provisioner: [
            { "local-exec": { command: 'printf %s "$KEY" > got', environment: { KEY: reference("STORE_KEY") } } },
          ],
        },
      },
    },
  };
  const folder = join(output, "engine");
  execFileSync("mkdir", [folder]);
  writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify(stack));
  const engine = await findEngine();
  const env = { ...engineEnvironment(), ...secretVariables(folder, { STORE_KEY: value }) };
  const run = (...args: string[]) => execFileSync(engine.command, args, { cwd: folder, env, encoding: "utf8" });
  run("init", "-input=false");
  run("plan", "-input=false", "-out=plan");
  const applied = run("apply", "-input=false", "plan");
  expect(readFileSync(join(folder, "got"), "utf8")).toBe(value);
  expect(applied + readFileSync(join(folder, "terraform.tfstate"), "utf8")).not.toContain(value);
  expect(run("show", "-json", "plan")).not.toContain(value);
});
