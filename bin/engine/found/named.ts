import type { StackJson } from "../stack-index";
import { namedTypes } from "./named-types";
import { accountOf } from "./tagged";
import type { Thing } from "./thing";

/** Types that are asked for by name before a destroy: what they would cost, or keep from being made again, if nobody knew of them. */
const asked = [
  "aws_eks_cluster",
  "aws_eks_node_group",
  "aws_iam_role",
  "aws_budgets_budget",
  "aws_cloudwatch_log_group",
];

type Resources = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

/** What a stack would have in AWS by name, as far as the state does not know it; groups of nodes after their cluster. */
export function namedIn(stack: StackJson, known: ReadonlySet<string>): Thing[] {
  const resources = (stack.resource ?? {}) as Resources;
  const account = accountOf(stack);
  return asked.flatMap((type) =>
    Object.entries(resources[type] ?? {}).flatMap(([label, written]) => {
      const address = `${type}.${label}`;
      const id = namedTypes[type]?.importId({ after: resolved(written, resources), said: "", account });
      return id === undefined || known.has(address) ? [] : [{ address, id }];
    }),
  );
}

/** With names of other resources in the place of references to them. */
function resolved(written: Readonly<Record<string, unknown>>, resources: Resources): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(written).map(([key, value]) => {
      const [, type = "", label = ""] = /^\$\{(\w+)\.([\w-]+)\.name\}$/.exec(String(value)) ?? [];
      return [key, label === "" ? value : resources[type]?.[label]?.name];
    }),
  );
}
