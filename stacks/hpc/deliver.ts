import type { ResolvedHpcSite } from "../../config/resolve/site";
import { CarriedDelivery } from "../../constructs/hpc/carried-delivery";
import { Delivery, type DeliveryProps } from "../../constructs/hpc/delivery";
import { SshDelivery } from "../../constructs/hpc/ssh-delivery";
import type { SiteStack } from "../site-stack";

/** Brings a stack's bundle to the site's machine: this one, or another; or has somebody carry it there. */
export function deliver(
  stack: SiteStack,
  { root, login }: Pick<ResolvedHpcSite, "root" | "login">,
  props: Pick<DeliveryProps, "part" | "digest" | "expires">,
): void {
  if (login === "here") new Delivery(stack, "delivery", { ...props, root, configDirectory: stack.configDirectory });
  else if (login.kind === "bundle")
    new CarriedDelivery(stack, "delivery", { ...props, site: { root, python: login.python } });
  else new SshDelivery(stack, "delivery", { ...props, root, login });
}
