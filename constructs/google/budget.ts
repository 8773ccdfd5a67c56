import { BillingBudget } from "@cdktf/provider-google/lib/billing-budget";
import { DataGoogleProject } from "@cdktf/provider-google/lib/data-google-project";
import { MonitoringNotificationChannel } from "@cdktf/provider-google/lib/monitoring-notification-channel";
import { GoogleProvider } from "@cdktf/provider-google/lib/provider";
import { Construct } from "constructs";
import { googleBudgetName } from "../../config/google-names";
import { addressId } from "../construct-id";
import type { Ready } from "./services";

export interface BudgetProps {
  readonly federation: string;
  readonly site: string;
  readonly project: string;
  readonly monthlyUsd: number;
  /** E-mail addresses. */
  readonly notify: readonly string[];
  readonly ready: Ready;
}

/** Parts of the month's sum at which people are told. */
const steps = [0.5, 0.8, 1] as const;

/** Tells people what the site costs; nothing stops by itself. It counts what carries the site's label. */
export class Budget extends Construct {
  constructor(scope: Construct, id: string, props: BudgetProps) {
    super(scope, id);
    const { federation, site, project, monthlyUsd, notify, ready } = props;
    const told = [...new Set(notify)].map((address) => this.channel(`${federation} ${site}`, address, ready));
    // Budgets are of the billing account, which the project knows; people ask for them in the name of a project, by its quota.
    const { billingAccount, number } = new DataGoogleProject(this, "project", { projectId: project });
    const provider = new GoogleProvider(this, "billing", {
      alias: "billing",
      project,
      userProjectOverride: true,
      billingProject: project,
    });
    new BillingBudget(this, "budget", {
      provider,
      billingAccount,
      displayName: googleBudgetName(federation, site),
      amount: { specifiedAmount: { currencyCode: "USD", units: String(monthlyUsd) } },
      budgetFilter: {
        projects: [`projects/${number}`],
        labels: { site },
        calendarPeriod: "MONTH",
        creditTypesTreatment: "INCLUDE_ALL_CREDITS",
      },
      thresholdRules: [
        ...steps.map((thresholdPercent) => ({ thresholdPercent, spendBasis: "CURRENT_SPEND" })),
        { thresholdPercent: 1, spendBasis: "FORECASTED_SPEND" },
      ],
      allUpdatesRule: { monitoringNotificationChannels: told, disableDefaultIamRecipients: true },
      dependsOn: ready("billingbudgets"),
    });
  }

  private channel(displayName: string, address: string, ready: Ready): string {
    return new MonitoringNotificationChannel(this, `notify-${addressId(address)}`, {
      displayName: `${displayName}: ${address}`,
      type: "email",
      labels: { email_address: address },
      dependsOn: ready("monitoring"),
    }).id;
  }
}
