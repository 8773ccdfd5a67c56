import { Construct } from "constructs";
import type { ResolvedSsh } from "../../config/resolve/hpc-login";
import { expiryLifecycle } from "../expiry";
import { StateRecord } from "./record";
import { askCommand, remoteInstall, remoteUninstall, sendCommand, sshFiles, sshVariables } from "./ssh";

/** How an HPC site's bundle reaches another machine. */
export interface SshDeliveryProps {
  /** `base` or a hub's id: one of the parts that a site's root holds side by side. */
  readonly part: string;
  readonly login: ResolvedSsh;
  /** The site's root there: absolute, or relative to the account's home. Changing it uninstalls there and installs anew. */
  readonly root: string;
  /** Digest of the bundle: a new one is installed over the old one. */
  readonly digest: string;
  /** ISO 8601 instant from which the plan fails; null for never. Destroy still works. */
  readonly expires: string | null;
}

/** `Delivery`'s two resources, with the kit on another machine. What only says how to get there replaces nothing. */
export class SshDelivery extends Construct {
  constructor(scope: Construct, id: string, { part, login, root, digest, expires }: SshDeliveryProps) {
    super(scope, id);
    const files = sshFiles(login);
    const place = { root, python: login.python };
    const where = { host: login.host, user: login.user, directory: root };
    const site = new StateRecord(this, "site", {
      input: { ...where, part, ...files, uninstall: remoteUninstall(place, part) },
      triggersReplace: where,
      provisioners: [
        {
          type: "local-exec",
          when: "destroy",
          command: askCommand,
          // A destroy provisioner may refer to nothing but itself.
          environment: sshVariables(
            // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's expression
            { config: "${self.input.config}", knownHosts: "${self.input.knownHosts}" },
            // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's expression
            "${self.input.uninstall}",
          ),
        },
      ],
    });
    new StateRecord(this, "bundle", {
      input: { digest },
      triggersReplace: { digest, ...where },
      dependsOn: [site],
      ...expiryLifecycle(this, expires),
      provisioners: [
        {
          type: "local-exec",
          command: sendCommand,
          environment: sshVariables(files, remoteInstall(place)),
        },
      ],
    });
  }
}
