import type { ResolvedHpcSite } from "../../config/resolve/site";

/** A way that a site with a batch system needs through the centre's firewalls, by TCP. */
export interface Way {
  readonly from: string;
  readonly to: string;
  /** A port, a range, or any. */
  readonly ports: string;
  readonly what: string;
  readonly encrypted: boolean;
}

const nodes = "compute nodes";
const people = "people";

/** What must get through between people, the site's machine and compute nodes; nothing where notebooks are the machine's own processes. */
export function waysOf(site: ResolvedHpcSite): Way[] {
  const { batch, hubs, listen, certificate, tlsAhead, s3 } = site;
  if (batch === null) return [];
  const { address, encrypt, notebookPorts } = batch;
  const host = certificate?.host ?? address;
  const own = certificate !== null;
  const dask = hubs.filter((hub) => hub.dask);
  const way = (from: string, to: string, ports: number | string, what: string, encrypted: boolean): Way => {
    return { from, to, ports: `${ports}`, what, encrypted };
  };
  const open = (ports: number, what: string) => [
    way(tlsAhead ? "what ends TLS" : people, host, ports, what, own),
    way(nodes, host, ports, what, own),
  ];
  return [
    ...open(listen.port, "hubs, data, catalog"),
    ...open(s3.port, "S3"),
    ...(certificate?.acme ? [way("anybody", host, certificate.acme.httpPort, "proof of its name by ACME", false)] : []),
    ...(encrypt ? [] : hubs.map((hub) => way(nodes, address, hub.ports.hub, `hub ${hub.id}`, false))),
    ...(encrypt ? [] : dask.map((hub) => way(nodes, address, hub.ports.dask, `Dask Gateway of ${hub.id}`, false))),
    ...dask.map((hub) => way(nodes, address, hub.ports.daskTcp, `Dask of ${hub.id}`, true)),
    way(address, nodes, notebookPorts?.join("-") ?? "any", "notebooks", encrypt),
    ...(dask.length > 0
      ? [
          way(address, nodes, "any", "Dask's schedulers", true),
          // What dask-gateway has no TLS for.
          way(address, nodes, "any", "Dask's dashboards, and orders to schedulers", false),
          way(nodes, nodes, "any", "workers of the gateway's clusters", true),
          way(nodes, nodes, "any", "workers of dask-jobqueue's clusters", false),
        ]
      : []),
  ];
}

/** The ways of each site that needs some, for whoever rules over its firewalls. */
export function showWays(sites: Readonly<Record<string, { readonly ways?: readonly Way[] }>>): string {
  const texts = Object.entries(sites).flatMap(([id, { ways = [] }]) => (ways.length === 0 ? [] : [textOf(id, ways)]));
  return texts.length === 0 ? "no site with a batch system: nothing but each site's own ports" : texts.join("\n\n");
}

function textOf(id: string, ways: readonly Way[]): string {
  const rows = [
    ["from", "to", "port", "for", ""],
    ...ways.map(({ from, to, ports, what, encrypted }) => [from, to, ports, what, encrypted ? "TLS" : "in the clear"]),
  ];
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length))) ?? [];
  const lines = rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  "));
  return [`${id}: please let through, by TCP`, ...lines.map((line) => `  ${line.trimEnd()}`)].join("\n");
}
