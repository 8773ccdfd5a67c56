import { createHash } from "node:crypto";
import { join } from "node:path";
import { App } from "cdktf";
import { catalogOf } from "../../bin/catalog-files";
import { targetVersions } from "../../bin/synth";
import type { Loaded } from "../../config/load";
import { standsOnCluster } from "../../config/resolve/site";
import { federationStacks } from "../../stacks/federation";
import { checkBundle } from "./check-bundle";
import { checkTerraform } from "./check-terraform";

/** Synthesizes accepted federations in memory, by the same pieces as `isthmus synth`, and checks every text of them. */
export class SynthChecks {
  private readonly seen = new Set<string>();

  /** Whether this federation was new; one that resolves to the same data is synthesized once. Throws where a check fails. */
  check({ federation, directory }: Loaded): boolean {
    if (!federation) throw new Error("there is no federation to synthesize");
    const id = createHash("sha256")
      .update(`${directory}\0${JSON.stringify(federation)}`)
      .digest("base64");
    if (this.seen.has(id)) return false;
    this.seen.add(id);
    if (federation.sites.some((site) => standsOnCluster(site))) return false;
    const output = join(directory, "cdktf.out");
    const app = new App({ outdir: output, context: { targetVersions } });
    const places = { config: directory, output };
    const catalog = catalogOf({ federation, directory });
    for (const stack of federationStacks(app, { federation, catalog, places })) {
      checkTerraform(JSON.parse(JSON.stringify(stack.toTerraform())));
      if (stack.files.size > 0) checkBundle(stack.files); // stacks on clouds bring no files
    }
    return true;
  }
}
