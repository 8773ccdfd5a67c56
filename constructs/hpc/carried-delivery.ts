import { Construct } from "constructs";
import { expiryLifecycle } from "../expiry";
import { type CarriedSite, uninstallCommand } from "./carried";
import { StateRecord } from "./record";

/** What of a carried part stands in a stack. */
export interface CarriedProps {
  readonly part: string;
  readonly site: Pick<CarriedSite, "root" | "python">;
  readonly digest: string;
  /** ISO 8601 instant from which the plan fails; null for never. Destroy still works. */
  readonly expires: string | null;
}

/** Records what was handed out, and how it is taken back: no engine reaches the machine. */
export class CarriedDelivery extends Construct {
  constructor(scope: Construct, id: string, { part, site, digest, expires }: CarriedProps) {
    super(scope, id);
    const { root } = site;
    new StateRecord(this, "bundle", {
      input: { carriedTo: root, part, digest, uninstall: uninstallCommand(site, part) },
      triggersReplace: { directory: root },
      ...expiryLifecycle(this, expires),
    });
  }
}
