import { BudgetsBudget } from "@cdktf/provider-aws/lib/budgets-budget";
import { Construct } from "constructs";
import { budgetName } from "../../config/names";

export interface BudgetProps {
  readonly federation: string;
  readonly site: string;
  readonly monthlyUsd: number;
  /** E-mail addresses. */
  readonly notify: readonly string[];
}

/** Parts of the month's sum at which people are told. */
const steps = [50, 80, 100] as const;

/** Tells people what the site costs; nothing stops by itself. It counts what carries the site's tag, once that is a cost allocation tag. */
export class Budget extends Construct {
  constructor(scope: Construct, id: string, { federation, site, monthlyUsd, notify }: BudgetProps) {
    super(scope, id);
    const at = (threshold: number, notificationType: "ACTUAL" | "FORECASTED") => ({
      comparisonOperator: "GREATER_THAN",
      threshold,
      thresholdType: "PERCENTAGE",
      notificationType,
      subscriberEmailAddresses: [...notify],
    });
    new BudgetsBudget(this, "budget", {
      name: budgetName(federation, site),
      budgetType: "COST",
      limitAmount: String(monthlyUsd),
      limitUnit: "USD",
      timeUnit: "MONTHLY",
      costFilter: [{ name: "TagKeyValue", values: [`user:site$${site}`] }],
      notification: [...steps.map((step) => at(step, "ACTUAL")), at(100, "FORECASTED")],
    });
  }
}
