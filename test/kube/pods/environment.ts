import { type Container, fieldOf, type Pod, type Variable } from "./pod";
import type { Sources } from "./sources";

/** The environment of a container as a kubelet makes it: in order, each value may name those before it as $(NAME). */
export async function environmentOf(pod: Pod, container: Container, sources: Sources): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const { prefix = "", configMapRef, secretRef } of container.envFrom ?? []) {
    for (const [kind, source] of [["configmaps", configMapRef] as const, ["secrets", secretRef] as const]) {
      if (!source) continue;
      const entries = await sources.entries(kind, source.name, source.optional);
      for (const [key, value] of Object.entries(entries)) env[`${prefix}${key}`] = value.toString();
    }
  }
  for (const variable of container.env ?? []) {
    const value = await sourceOf(pod, container, variable, sources);
    if (value !== undefined) env[variable.name] = expand(value, env);
  }
  return env;
}

/** Replaces $(NAME) by what the environment has; $$(NAME) stands for itself, an unknown name stays. */
export function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$(\$?)\(([^()]+)\)/g, (whole, escaped: string, name: string) =>
    escaped ? whole.slice(1) : (env[name] ?? whole),
  );
}

async function sourceOf(
  pod: Pod,
  container: Container,
  { name, value, valueFrom }: Variable,
  sources: Sources,
): Promise<string | undefined> {
  if (!valueFrom) return value ?? "";
  if (valueFrom.fieldRef) return fieldOf(pod, valueFrom.fieldRef.fieldPath);
  if (valueFrom.configMapKeyRef) return sources.text("configmaps", valueFrom.configMapKeyRef);
  if (valueFrom.secretKeyRef) return sources.text("secrets", valueFrom.secretKeyRef);
  if (valueFrom.resourceFieldRef) return resourceOf(pod, container, valueFrom.resourceFieldRef);
  throw new Error(`variable ${name} comes from ${Object.keys(valueFrom).join()}, which the runner does not know`);
}

type ResourceField = NonNullable<NonNullable<Variable["valueFrom"]>["resourceFieldRef"]>;

function resourceOf(pod: Pod, container: Container, { resource, containerName, divisor = "1" }: ResourceField): string {
  const of = containerName ? pod.spec.containers.find((one) => one.name === containerName) : container;
  const [which, ...rest] = resource.split(".");
  const name = rest.join(".");
  const quantity = of?.resources?.[which as "limits" | "requests"]?.[name];
  if (quantity === undefined) throw new Error(`${resource} is not set, and a simulated node has no honest default`);
  return String(Math.ceil(amountOf(quantity) / amountOf(divisor === "0" ? "1" : divisor)));
}

const SUFFIX: Readonly<Record<string, number>> = {
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/** The number that a Kubernetes quantity stands for. */
export function amountOf(quantity: string): number {
  const [, number, suffix = ""] = /^([0-9.]+(?:e[0-9]+)?)([A-Za-z]*)$/.exec(quantity) ?? [];
  const factor = SUFFIX[suffix];
  if (number === undefined || factor === undefined) throw new Error(`${quantity} is no quantity`);
  return Number(number) * factor;
}
