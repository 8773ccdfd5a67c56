import type { ResolvedFederation } from "../../config/resolve/federation";
import { signInOf } from "../status/programs";
import type { DemoResult } from "./result";
import type { Roles } from "./roles";

/** What a newcomer wants to know at the end: where to go, how to sign in, what was computed, how to take it down. */
export async function summary(federation: ResolvedFederation, roles: Roles, result: DemoResult): Promise<string> {
  const { publisher, computer } = roles;
  const hubs = publisher === computer ? [publisher] : [publisher, computer];
  const rows = await Promise.all(
    hubs.map(async ({ site, hub, root }) => {
      const password = (await signInOf(root))[hub.id]?.password ?? "(isthmus status shows it)";
      const who = "everyone" in hub.allow ? "any user name" : hub.allow.users.join(" or ");
      return `  ${site.id.padEnd(9)} ${hub.url}   ${who}, password ${password}`;
    }),
  );
  return [
    `${federation.title} runs on this machine.`,
    "",
    "Sign in",
    ...rows,
    "",
    "Look",
    `  ${"portal".padEnd(9)} ${publisher.site.url}/`,
    `  ${"catalog".padEnd(9)} ${publisher.site.catalog}  (the same at every site)`,
    ...Object.values(result.result.data).map((link) => `  ${"data".padEnd(9)} xarray.open_zarr("${link}")`),
    "",
    ...computedLines(roles, result),
    "",
    "Next",
    "  node dist/bin/isthmus.js status         what runs, and the passwords",
    `  node dist/bin/isthmus.js verify ${computer.site.id.padEnd(8)}check it as a user would`,
    "  npm run stop                            take it down; the data stays, npm start brings it back",
  ].join("\n");
}

function computedLines({ publisher, computer }: Roles, { result, computedAt }: DemoResult): string[] {
  const { early, late } = result.periods;
  const warming = Object.entries(result.warmingKelvin).map(
    ([s, kelvin]) => `${s} ${kelvin >= 0 ? "+" : ""}${kelvin.toFixed(2)} K`,
  );
  const size = (result.bytes / 1e6).toFixed(1);
  return [
    `Last computed at ${computer.site.id} on data of ${publisher.site.id}, found in the catalog by id (${computedAt.slice(0, 10)})`,
    `  warming of ${result.region}, ${late.join("-")} against ${early.join("-")}: ${warming.join(", ")}`,
    `  ${size} MB in ${result.seconds.toFixed(2)} s (${result.megabytesPerSecond} MB/s) by ${result.workers} Dask workers`,
  ];
}
