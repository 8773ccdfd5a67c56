import { type Paint, plain } from "../terminal";
import { certificateRows } from "./certificate";
import { copyRows } from "./copies";
import { duration } from "./duration";
import type { Busy, Ending, HubStatus, SiteStatus, StackStatus, Status } from "./model";
import { secondLevel, table } from "./table";

/** How much of it a person wants to see. */
export interface View {
  readonly paint: Paint;
  /** Every program, not only those that are not well. */
  readonly programs: boolean;
  /** Milliseconds; what expires within two weeks is said to. */
  readonly now: number;
}

const soon = 14 * 24 * 3_600_000;

/** A glance for a person: each site in a line that says how it is, its addresses and sign-in, then what is not as it should be. */
export function showStatus(status: Status, view: Partial<View> = {}): string {
  const full: View = { paint: plain, programs: false, now: Date.now(), ...view };
  const { paint } = full;
  const width = Math.max(4, ...Object.keys(status.sites).map((id) => id.length));
  const sites = Object.entries(status.sites).map(([id, site]) => siteText(id, site, width, full));
  const title = status.title === status.federation ? status.title : `${status.title} (${status.federation})`;
  const faults = status.faults === null ? [] : [faultsLine(status.faults, paint)];
  const unread = status.unread.map((reason) => paint("red", reason));
  return [[paint("bold", title), ...faults, ...unread].join("\n"), ...sites, stacksText(status, paint)].join("\n\n");
}

function faultsLine(faults: string, paint: Paint): string {
  return `${paint("red", `the config has ${faults}`)}: isthmus validate shows them. This is what was deployed.`;
}

function siteText(id: string, site: SiteStatus, width: number, { paint, programs, now }: View): string {
  const colour = {
    up: "green",
    "partly up": "red",
    down: "red",
    "not installed": "yellow",
    deployed: "green",
    "partly deployed": "red",
    "not deployed": "yellow",
    "data only": "dim",
  } as const;
  const state = paint(colour[site.state], site.state);
  const about = [site.institution, ending(site, now, paint)].filter((part) => part !== null && part !== "");
  const head = `${paint("bold", `${id}:`.padEnd(width + 1))} ${[state, ...about].join(", ")} (${site.provider})`;
  const rows: [string, string][] = [
    ...Object.entries(site.hubs).flatMap(([hub, told]) => hubRows(hub, told, now, paint)),
    ["data", site.data ?? ""],
    ["catalog", site.catalog ?? ""],
    ["scratch", scratchRow(site)],
    ...copyRows(site.copies ?? [], now, paint),
    ...certificateRows(site.certificate, now, paint),
    ...nameRows(site),
    ["files", site.root ?? ""],
    ["reach it", site.tunnel ?? ""],
    ...networkRows(id, site, paint),
    ...sudoRows(site),
    ["problem", site.problem === null ? "" : paint("red", site.problem)],
    ...trouble(id, site, paint),
    ...(programs ? programRows(site, paint) : []),
  ];
  return [head, ...table(rows.filter(([, value]) => value !== ""))].join("\n");
}

function hubRows(id: string, hub: HubStatus, now: number, paint: Paint): [string, string][] {
  const { signIn, standing, movesTo } = hub;
  const odd = standing === "not deployed" || standing === "left the config";
  const marks = [
    odd ? paint("yellow", standing) : "",
    movesTo === null ? "" : paint("yellow", `isthmus up moves it to ${movesTo}`),
    ending(hub, now, paint),
  ].filter((mark) => mark !== "");
  const rows: [string, string][] = [[`hub ${id}`, [hub.url, ...marks].join("  ")]];
  if (!signIn) return rows;
  if (signIn.password) rows.push([secondLevel("sign in"), `${signIn.users}, password ${signIn.password}`]);
  if (signIn.adminPassword)
    rows.push([secondLevel("admin"), `${signIn.admins.join(" or ")}, password ${signIn.adminPassword}`]);
  return rows;
}

function scratchRow({ centreExpires = [] }: SiteStatus): string {
  return centreExpires.length === 0 ? "" : `${centreExpires.join(", ")}: the centre deletes there by its own rules`;
}

/** What a site waits for that a service account runs; one that is up has it. */
function sudoRows({ sudoRules, state }: SiteStatus): [string, string][] {
  if (sudoRules === undefined || state === "up") return [];
  return [
    ["sudo rules", "isthmus up writes them there; root of that machine reads and installs them, once:"],
    ["", sudoRules],
  ];
}

/** Whoever listens on the cluster's network reads what notebooks and hub say to each other, sessions too. */
function networkRows(id: string, { ways = [] }: SiteStatus, paint: Paint): [string, string][] {
  if (!ways.some(({ what, encrypted }) => what === "notebooks" && !encrypted)) return [];
  const words = "hub and notebooks speak in the clear, and whoever listens on the cluster's network reads sessions:";
  return [
    ["network", paint("yellow", words)],
    ["", `network.encrypt in the file of ${id} ends that; isthmus status --ports shows all ways`],
  ];
}

/** What people have to enter where no zone is managed. */
function nameRows({ names }: SiteStatus): [string, string][] {
  if (names === null) return [];
  const where = names.address ?? "the site's address, which is known once its services are deployed";
  return [
    ["names", names.hosts.join(", ")],
    ["", `records of these that point at ${where}`],
  ];
}

function ending({ expires, expired, expiresAtSite }: Ending, now: number, paint: Paint): string {
  if (expires === null) return "";
  if (expired) return paint("red", `expired after ${expiresAtSite}`);
  const near = Date.parse(expires) - now < soon;
  return near ? paint("yellow", `expires soon, after ${expiresAtSite}`) : `expires after ${expiresAtSite}`;
}

function trouble(id: string, site: SiteStatus, paint: Paint): [string, string][] {
  const down = site.programs.filter((p) => p.state !== "RUNNING" || p.health === "down");
  if (down.length === 0) return [];
  const words = down.map((p) => `${p.name} (${p.state === "RUNNING" ? "does not answer" : p.state})`);
  return [
    ["down", paint("red", words.join(", "))],
    ["", `isthmus up ${id} starts ${down.length === 1 ? "it" : "them"}; logs are in ${site.root}/log`],
  ];
}

function programRows({ programs }: SiteStatus, paint: Paint): [string, string][] {
  const width = Math.max(0, ...programs.map((p) => p.name.length));
  return programs.map((p, i) => {
    const well = p.state === "RUNNING" && p.health !== "down";
    const state = paint(well ? "green" : "red", p.health === "down" ? "does not answer" : p.state);
    const since = p.state === "RUNNING" && p.uptimeSeconds != null ? `  for ${duration(p.uptimeSeconds)}` : "";
    return [i === 0 ? "programs" : " ", `${p.name.padEnd(width)}  ${state}${since}`];
  });
}

/** What is not as the config says, each with the command that changes it. */
function stacksText({ stacks, busy, faults }: Status, paint: Paint): string {
  const fine = stacks.filter((s) => s.standing === "applied" || s.standing === "deployed");
  const odd = stacks.filter((s) => !fine.includes(s));
  const width = Math.max(0, ...odd.map((s) => s.stack.length));
  const lines = odd.map((s) => `  ${s.stack.padEnd(width)}  ${paint("yellow", s.standing)}${advice(s, busy)}`);
  const count =
    faults === null
      ? `stacks: ${fine.length} of ${stacks.length} as the config says`
      : `stacks: ${stacks.length} deployed`;
  return [...(busy ? [busyLine(busy, paint)] : []), count, ...lines].join("\n");
}

function busyLine({ command, pid, host, since }: Busy, paint: Paint): string {
  return paint("yellow", `\`isthmus ${command}\` is at work since ${since} (process ${pid} on ${host})`);
}

function advice({ standing, stack, site }: StackStatus, busy: Busy | null): string {
  const part = stack.startsWith(`${site}-`) ? stack.slice(site.length + 1) : "base";
  const target = part === "base" ? site : `${site}/${part}`;
  switch (standing) {
    case "left the config":
      return ` (take it down with isthmus down ${stack})`;
    case "incomplete":
      return busy ? " (being changed now)" : ` (its last change did not end: isthmus up ${target} goes on)`;
    case "changed":
      return ` (isthmus up ${target} applies it)`;
    case "not deployed":
      return ` (isthmus up ${target} makes it)`;
    default:
      return "";
  }
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
