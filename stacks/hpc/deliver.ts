import type { ResolvedHpcSite } from "../../config/resolve/site";
import { Delivery, type DeliveryProps } from "../../constructs/hpc/delivery";
import { SshDelivery } from "../../constructs/hpc/ssh-delivery";
import type { SiteStack } from "../site-stack";

/** Brings a stack's bundle to the site's machine: this one, or another. */
export function deliver(
  stack: SiteStack,
  { root, login }: Pick<ResolvedHpcSite, "root" | "login">,
  props: Pick<DeliveryProps, "part" | "digest" | "expires">,
): void {
  if (login === "here") new Delivery(stack, "delivery", { ...props, root, configDirectory: stack.configDirectory });
  else new SshDelivery(stack, "delivery", { ...props, root, login });
}
