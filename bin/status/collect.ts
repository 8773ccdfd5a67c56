import type { Loaded } from "../../config/load";
import { type Deployed, deployedAs } from "../deployed";
import { lockHolder } from "../engine/lock";
import { type Config, countOf } from "../load-or-exit";
import type { Status } from "./model";
import { siteStatuses } from "./sites";
import { stackStatus } from "./stacks";

/** How a federation stands: what was applied, what runs, where it is reached. Changes nothing. */
export async function collectStatus(config: Config): Promise<Status> {
  const { federation, directory } = config;
  const deployed = await deployedAs(directory, federation.id, federation.states);
  const sites = siteStatuses(config, deployed);
  const stacks = stackStatus(config, federation, deployed);
  const { id, title } = federation;
  return {
    federation: id,
    title,
    faults: null,
    busy: busyOf(deployed),
    unread: unreadOf(deployed),
    sites: await sites,
    stacks,
  };
}

/** The same by what was deployed alone, where the config has faults. */
export async function collectDeployed(deployed: Deployed, loaded: Loaded): Promise<Status> {
  const { id } = deployed;
  const sites = await siteStatuses(undefined, deployed);
  const stacks = stackStatus(undefined, { id, sites: [] }, deployed);
  return {
    federation: id,
    title: id,
    faults: countOf(loaded),
    busy: busyOf(deployed),
    unread: unreadOf(deployed),
    sites,
    stacks,
  };
}

function unreadOf({ records }: Deployed): string[] {
  return records.unread.map(({ reason }) => reason.message);
}

function busyOf({ state }: Deployed): Status["busy"] {
  const holder = lockHolder(state.lock);
  return holder ? { command: holder.command, pid: holder.pid, host: holder.host, since: holder.since } : null;
}
