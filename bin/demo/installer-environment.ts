import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { cacheDirectory } from "../engine/cache";

/** What says where packages come from; not what says where they go, which is the notebook's own business. */
const kept = new Set([
  ...["INDEX_URL", "EXTRA_INDEX_URL", "FIND_LINKS", "NO_INDEX", "TRUSTED_HOST", "CERT", "CLIENT_CERT", "PROXY"].map(
    (name) => `PIP_${name}`,
  ),
  ...["DEFAULT_TIMEOUT", "TIMEOUT", "RETRIES", "CONFIG_FILE"].map((name) => `PIP_${name}`),
  ...["DEFAULT_INDEX", "INDEX", "INDEX_URL", "EXTRA_INDEX_URL", "FIND_LINKS", "NO_INDEX", "INSECURE_HOST"].map(
    (name) => `UV_${name}`,
  ),
  ...["NATIVE_TLS", "SYSTEM_CERTS", "HTTP_TIMEOUT", "CONFIG_FILE"].map((name) => `UV_${name}`),
  ...["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"],
  ...["http_proxy", "https_proxy", "no_proxy"],
]);

/**
 * The package index that the person at the keyboard is set up for, as variables for a program in a notebook of this
 * machine: that runs with another home directory, where pip and uv would not find the person's own settings.
 */
export function installerEnvironment(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const told = Object.entries(env).filter(
    (entry): entry is [string, string] => kept.has(entry[0]) && entry[1] !== undefined,
  );
  const pip = env.PIP_CONFIG_FILE === undefined ? firstThere(pipFiles(env)) : undefined;
  const uv = env.ISTHMUS_UV ?? firstThere(cachedUv(env));
  return {
    ...Object.fromEntries(told),
    ...(pip === undefined ? {} : { PIP_CONFIG_FILE: pip }),
    ...(uv === undefined ? {} : { ISTHMUS_UV: uv }),
  };
}

function pipFiles(env: NodeJS.ProcessEnv): string[] {
  const home = env.HOME ?? homedir();
  return [join(env.XDG_CONFIG_HOME || join(home, ".config"), "pip", "pip.conf"), join(home, ".pip", "pip.conf")];
}

/** The uv that sites were built with, where they had to fetch one. */
function cachedUv(env: NodeJS.ProcessEnv): string[] {
  const base = join(cacheDirectory(env), "uv");
  return existsSync(base) ? readdirSync(base).map((version) => join(base, version, "uv")) : [];
}

function firstThere(paths: readonly string[]): string | undefined {
  return paths.find((path) => existsSync(path));
}
