import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pythonCommand } from "../python";
import { cacheDirectory } from "./cache";

/**
 * The environment that engines run in: the user's (credentials, TF_LOG, TF_CLI_ARGS_*), without what would make stacks
 * share a data directory or a workspace, quiet, and without asking the vendor for news. Programs that it starts run on
 * the same Node as this one, and on a Python that kits support.
 */
export function engineEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const { TF_DATA_DIR: _data, TF_WORKSPACE: _workspace, ...rest } = env;
  const configFile = env.TF_CLI_CONFIG_FILE;
  const missing = configFile !== undefined && !existsSync(configFile);
  return {
    ...rest,
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    ISTHMUS_NODE: env.ISTHMUS_NODE ?? process.execPath,
    ISTHMUS_PYTHON: pythonCommand(env),
    ...(missing ? { TF_CLI_CONFIG_FILE: emptyConfigFile(env) } : {}),
  };
}

/** A missing CLI configuration file makes engines warn on every command. */
function emptyConfigFile(env: NodeJS.ProcessEnv): string {
  const directory = join(cacheDirectory(env), "engine");
  const path = join(directory, "cli.tfrc");
  if (!existsSync(path)) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(path, "disable_checkpoint = true\n");
  }
  return path;
}
