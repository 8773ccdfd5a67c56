import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { App } from "cdktf";
import { federationStacks, MissingBindings } from "../stacks/federation";
import type { FederationProps, SiteStack } from "../stacks/site-stack";
import { catalogOf } from "./catalog-files";
import { Failure } from "./failure";
import { outputDirectory } from "./federation-file";
import { type Config, loadOrExit } from "./load-or-exit";

/** Engines that the output is written for: features older ones lack are used. */
export const targetVersions = { terraform: ">=1.11", opentofu: ">=1.11" };

/** Synthesizes a checked federation into `<output>/stacks/*`; returns the stacks' names in dependency order. A pure function of the config files. */
export function synthFederation(config: Config, output: string, catalog = catalogOf(config)): string[] {
  mkdirSync(output, { recursive: true });
  const app = new App({ outdir: output, context: { targetVersions } });
  const places = { config: config.directory, output };
  const stacks = stacksOf(app, { federation: config.federation, catalog, places });
  removeStale(output, stacks);
  app.synth();
  for (const stack of stacks) writeFiles(join(output, "stacks", stack.node.id), stack);
  return stacks.map((s) => s.node.id);
}

function stacksOf(app: App, props: FederationProps): SiteStack[] {
  try {
    return federationStacks(app, props);
  } catch (error) {
    throw error instanceof MissingBindings ? new Failure(error.message) : error;
  }
}

/** The same for a command: faults end the process. */
export function synthOrExit(file: string | undefined, output: string | undefined): string[] {
  const config = loadOrExit(file);
  return synthFederation(config, outputDirectory(config.file, output));
}

/** Stacks that an earlier synth wrote here and that left the config must not be deployed by `cdktf deploy '*'`; an engine's own `.terraform` stays for the rest. */
function removeStale(output: string, stacks: readonly SiteStack[]): void {
  const names = new Set(stacks.map((s) => s.node.id));
  for (const stack of writtenStacks(join(output, "manifest.json"))) {
    const folder = join(output, "stacks", stack);
    if (!names.has(stack) && existsSync(join(folder, "cdk.tf.json"))) rmSync(folder, { recursive: true });
  }
}

/** The stacks of an earlier synth's manifest; one that was cut off while it wrote that tells nothing. */
function writtenStacks(manifest: string): string[] {
  if (!existsSync(manifest)) return [];
  try {
    return Object.keys((JSON.parse(readFileSync(manifest, "utf8")) as { stacks?: object }).stacks ?? {});
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function writeFiles(folder: string, stack: SiteStack): void {
  const paths = [...stack.files.keys()];
  for (const name of new Set(paths.map((path) => path.split("/")[0] as string)))
    rmSync(join(folder, name), { recursive: true, force: true });
  for (const directory of new Set(paths.map(dirname))) mkdirSync(join(folder, directory), { recursive: true });
  for (const [path, text] of stack.files) writeFileSync(join(folder, path), text);
}
