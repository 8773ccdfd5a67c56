import { TerraformLocal } from "cdktf";
import type { Construct } from "constructs";

/**
 * Lifecycle of a stack's first resource, that fails its plan once it has expired: evaluated by the engine at each plan, so that no
 * pipeline brings back what has expired; destroy still works. The date is a local value, since engines refuse a condition that
 * refers to nothing.
 *
 * @param expires ISO 8601 instant; null for never
 */
export function expiryLifecycle(scope: Construct, expires: string | null) {
  if (expires === null) return {};
  const end = new TerraformLocal(scope, "expires", expires);
  end.overrideLogicalId("expires");
  const precondition = {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's expression
    condition: "${timecmp(plantimestamp(), local.expires) < 0}",
    errorMessage: `expired on ${expires}: extend \`expires\` in the config, or take it down with \`isthmus down\`.`,
  };
  return { lifecycle: { precondition: [precondition] } };
}

/** The earlier of two ends; ISO 8601 instants in UTC compare as text. */
export function earliest(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}
