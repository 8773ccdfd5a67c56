#!/usr/bin/env node
import { Command } from "commander";
import { register as backup } from "./commands/backup";
import { register as bootstrap } from "./commands/bootstrap";
import { register as catalog } from "./commands/catalog";
import { register as charts } from "./commands/charts";
import { register as demo } from "./commands/demo";
import { register as down } from "./commands/down";
import { register as restore } from "./commands/restore";
import { register as rules } from "./commands/rules";
import { register as run } from "./commands/run";
import { register as schema } from "./commands/schema";
import { register as status } from "./commands/status";
import { register as synth } from "./commands/synth";
import { register as up } from "./commands/up";
import { register as validate } from "./commands/validate";
import { register as verify } from "./commands/verify";
import { exitCodes } from "./exit-codes";
import { version } from "./version";

const program = new Command("isthmus")
  .description(
    "Pangeo-style platforms from one federation config: object-store lakes, JupyterHub, Dask Gateway, Zarr gateway",
  )
  .version(version())
  .showHelpAfterError("(`isthmus --help` lists the commands)")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.usage));

for (const register of [
  validate,
  schema,
  rules,
  charts,
  synth,
  bootstrap,
  up,
  status,
  verify,
  run,
  catalog,
  backup,
  restore,
  down,
  demo,
])
  register(program);

for (const command of program.commands) command.showHelpAfterError(`(\`isthmus ${command.name()} --help\` shows how)`);

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(exitCodes.engine);
});
