import { usageFailure } from "../failure";
import type { Consent } from "./guard";
import type { StackJson } from "./stack-index";

/** What may be in a stack: its synthesized JSON and the one applied before. */
export type Configs = ReadonlyMap<string, readonly StackJson[]>;

/**
 * Gives each `--destroy` to its stack. `STACK:ADDRESS` is always clear; an address alone must be in one stack only, since
 * equal sites have equal addresses.
 * @throws Failure (usage) for an address that is nowhere, or in several stacks
 */
export function consentOf(
  addresses: readonly string[],
  unprotected: boolean,
  configs: Configs,
): (stack: string) => Consent {
  const agreed = new Map<string, Set<string>>([...configs.keys()].map((stack) => [stack, new Set()]));
  for (const given of addresses) {
    const [stack, address] = place(given, configs);
    agreed.get(stack)?.add(address);
  }
  return (stack) => ({ addresses: agreed.get(stack) ?? new Set(), unprotected });
}

function place(given: string, configs: Configs): [string, string] {
  const colon = given.indexOf(":");
  const stack = given.slice(0, Math.max(0, colon));
  if (configs.has(stack)) return [stack, given.slice(colon + 1)];
  const holders = [...configs].filter(([, jsons]) => jsons.some((json) => holds(json, given))).map(([name]) => name);
  const [only] = holders;
  if (only === undefined)
    throw usageFailure(`--destroy ${given}: no stack of this run has it (${[...configs.keys()].join(", ")})`);
  if (holders.length > 1)
    throw usageFailure(
      `--destroy ${given}: several stacks have it, say ${holders.map((h) => `${h}:${given}`).join(" or ")}`,
    );
  return [only, given];
}

/** Whether a stack's JSON has the resource `type.name`; an instance's key (`[0]`, `["a"]`) does not count. */
function holds(json: StackJson, address: string): boolean {
  const [type = "", name = ""] = address.replace(/\[.*$/, "").split(".");
  const resources = json.resource as Record<string, Record<string, unknown>> | undefined;
  return resources?.[type]?.[name] !== undefined;
}
