import { Construct } from "constructs";
import { expiryLifecycle } from "../expiry";
import { literal } from "../literal";
import { StateRecord } from "./record";

/** How an HPC site's bundle reaches the machine: here, by the site's own kit. */
export interface DeliveryProps {
  /** `base` or a hub's id: one of the parts that a site's root holds side by side. */
  readonly part: string;
  /** The site's root as the config has it: absolute, or relative to the federation file. Changing it uninstalls there and installs anew. */
  readonly root: string;
  /** Directory of the federation file, relative to the stack's output directory. */
  readonly configDirectory: string;
  /** Digest of the bundle: a new one is installed over the old one. */
  readonly digest: string;
  /** ISO 8601 instant from which the plan fails; null for never. Destroy still works. */
  readonly expires: string | null;
}

/** The Python that runs the kit: `isthmus up` names it, bare `cdktf deploy` takes the one on PATH. `$$` is Terraform's escape. */
const python = '"$${ISTHMUS_PYTHON:-python3}"';

/**
 * Two resources, not one: a resource that holds both provisioners would uninstall before each install, and skip its
 * destroy provisioner after a failed create. `site` is made once and uninstalls; `bundle` is replaced by digest and installs.
 */
export class Delivery extends Construct {
  constructor(scope: Construct, id: string, props: DeliveryProps) {
    super(scope, id);
    const site = new StateRecord(this, "site", {
      input: { root: props.root, part: props.part },
      triggersReplace: { root: props.root },
      provisioners: [
        {
          type: "local-exec",
          when: "destroy",
          // A destroy provisioner may refer to nothing but itself. The kit on the machine is the one that installed; where
          // an install or an uninstall was cut off, or somebody removed the directory, the stack's own cleans up.
          command: `bundle="$PWD/bundle" && cd "$ISTHMUS_CONFIG" || exit 1; kit="$ISTHMUS_ROOT/current/$ISTHMUS_PART/kit/site.py"; [ -e "$kit" ] || [ ! -d "$ISTHMUS_ROOT" ] || kit="$bundle/kit/site.py"; if [ -e "$kit" ]; then ${python} "$kit" uninstall --root "$ISTHMUS_ROOT" --id "$ISTHMUS_PART"; else echo "isthmus: $ISTHMUS_PART is not installed at $ISTHMUS_ROOT"; fi`,
          environment: {
            ISTHMUS_CONFIG: literal(props.configDirectory),
            // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's expression
            ISTHMUS_ROOT: "${self.input.root}",
            // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's expression
            ISTHMUS_PART: "${self.input.part}",
          },
        },
      ],
    });
    new StateRecord(this, "bundle", {
      input: { digest: props.digest },
      triggersReplace: { digest: props.digest, root: props.root },
      dependsOn: [site],
      ...expiryLifecycle(this, props.expires),
      provisioners: [
        {
          type: "local-exec",
          command: `bundle="$PWD/bundle" && cd "$ISTHMUS_CONFIG" && ${python} "$bundle/kit/site.py" install --bundle "$bundle" --root "$ISTHMUS_ROOT"`,
          environment: { ISTHMUS_CONFIG: literal(props.configDirectory), ISTHMUS_ROOT: props.root },
        },
      ],
    });
  }
}
