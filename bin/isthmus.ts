#!/usr/bin/env node
import { Command } from "commander";
import { register as rules } from "./commands/rules";
import { register as validate } from "./commands/validate";
import { exitCodes } from "./exit-codes";
import { version } from "./version";

const program = new Command("isthmus")
  .description(
    "Pangeo-style platforms from one federation config: object-store lakes, JupyterHub, Dask Gateway, Zarr gateway",
  )
  .version(version())
  .showHelpAfterError("(`isthmus --help` lists the commands)")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.usage));

for (const register of [validate, rules]) register(program);

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(exitCodes.engine);
});
