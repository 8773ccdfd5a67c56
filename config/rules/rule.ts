import type { Finding, Path } from "../faults";
import type { ResolvedFederation } from "../resolve/federation";

/** What a rule found: a finding in a site's file, or in the federation's where `site` is absent. */
export interface RuleFinding extends Finding {
  readonly site?: string;
}

export interface RuleContext {
  /** Ids of sites whose files have schema faults: they exist, but are not in the federation that a rule sees. */
  readonly faultySites: readonly string[];
  /** Absolute directory of the federation file: relative paths in the config start here. */
  readonly directory: string;
  /** Whether something at or below a path of a site was written for it: in its file or in a template, not in `defaults` alone. */
  readonly told: (site: string, path: Path) => boolean;
}

/** One cross-layer check. It sees resolved data only, and says everything it finds. */
export interface Rule {
  /** Stable, kebab-case: printed with each fault and by `isthmus rules`. */
  readonly id: string;
  /** Why, in one line. */
  readonly reason: string;
  check(federation: ResolvedFederation, context: RuleContext): RuleFinding[];
}
