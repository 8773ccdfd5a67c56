import type { HubStatus, SiteStatus, Status } from "./collect";

/** A glance for a person: sites with their addresses and sign-in, what is down, stacks that are not as the config says. */
export function showStatus(status: Status): string {
  const sites = Object.entries(status.sites).map(([id, site]) => siteText(id, site));
  const odd = status.stacks.filter((s) => s.standing !== "applied");
  const width = Math.max(0, ...odd.map((s) => s.stack.length));
  const lines = odd.map((s) => `  ${s.stack.padEnd(width)}  ${s.standing}${advice(s.standing, s.stack)}`);
  const fine = status.stacks.length - odd.length;
  const stacks = `stacks: ${fine} of ${status.stacks.length} as the config says`;
  return [`${status.title} (${status.federation})`, ...sites, [stacks, ...lines].join("\n")].join("\n\n");
}

function advice(standing: string, stack: string): string {
  return standing === "left the config" ? ` (take it down with isthmus down ${stack})` : "";
}

function siteText(id: string, site: SiteStatus): string {
  const expiry = site.expires === null ? "" : `, ${site.expired ? "expired" : "expires"} ${site.expires}`;
  const rows: [string, string][] = [
    ["catalog", site.catalog ?? ""],
    ["data", site.data ?? ""],
    ...Object.entries(site.hubs).flatMap(([hub, status]) => hubRows(hub, status)),
    ["down", downPrograms(site)],
    ["problem", site.problem ?? ""],
    ["files", site.root ?? ""],
  ];
  const shown = rows.filter(([, value]) => value !== "").map(([key, value]) => `  ${key.padEnd(9)} ${value}`);
  return [`${id}: ${site.state}, ${site.institution} (${site.provider}${expiry})`, ...shown].join("\n");
}

function hubRows(id: string, hub: HubStatus): [string, string][] {
  const expiry = hub.expires === null ? "" : `  (${hub.expired ? "expired" : "expires"} ${hub.expires})`;
  const { signIn } = hub;
  const rows: [string, string][] = [[`hub ${id}`, hub.url + expiry]];
  if (!signIn) return rows;
  if (signIn.password) rows.push(["  sign in", `${signIn.users}, password ${signIn.password}`]);
  if (signIn.adminPassword) rows.push(["  admin", `${signIn.admins.join(" or ")}, password ${signIn.adminPassword}`]);
  return rows;
}

function downPrograms(site: SiteStatus): string {
  return site.programs
    .filter((p) => p.state !== "RUNNING" || p.health === "down")
    .map((p) => `${p.name} (${p.state === "RUNNING" ? "does not answer" : p.state})`)
    .join(", ");
}

/** The status for programs; passwords only on request. */
export function withoutSecrets(status: Status): Status {
  const hubs = (site: SiteStatus) =>
    Object.fromEntries(
      Object.entries(site.hubs).map(([id, hub]) => {
        if (!hub.signIn) return [id, hub];
        const { password: _password, adminPassword: _admin, ...rest } = hub.signIn;
        return [id, { ...hub, signIn: rest }];
      }),
    );
  const sites = Object.entries(status.sites).map(([id, site]) => [id, { ...site, hubs: hubs(site) }] as const);
  return { ...status, sites: Object.fromEntries(sites) };
}
