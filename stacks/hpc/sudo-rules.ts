import { jobUsers } from "../../config/resolve/job-users";
import type { ResolvedLocalHub } from "../../config/resolve/local-hub";
import type { ResolvedHpcSite } from "../../config/resolve/site";
import type { SudoRules } from "../../constructs/hpc/sudoers";

/** The sudo rules that some of a site's hubs need; null where root submits their jobs. */
export function sudoRules(
  federation: string,
  { id, batch }: ResolvedHpcSite,
  hubs: readonly ResolvedLocalHub[],
): SudoRules | null {
  return batch?.sudo ? { ...batch.sudo, ...jobUsers(hubs), federation, site: id } : null;
}
