import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Engine, findEngine } from "../../bin/engine/find";
import { onPath } from "../../bin/engine/on-path";

/** The provider that tests run; the bindings are of a newer one, so what it does not know yet is not used. */
export const testedProvider = "5.100.0";

/** An engine with the AWS provider at hand. */
export interface AwsEngine {
  readonly engine: Engine;
  /** A CLI configuration that takes providers from the mirror. */
  readonly configFile: string;
}

/** Where engines and images keep providers for use without a network: directories HOST/hashicorp/PROVIDER/VERSION/PLATFORM. */
export function mirrors(): string[] {
  const usual = [join(homedir(), ".terraform.d/plugins"), "/usr/local/share/terraform/plugins"];
  const own = existsSync("/opt") ? readdirSync("/opt").map((name) => join("/opt", name)) : [];
  return [process.env.ISTHMUS_PROVIDER_MIRROR ?? [], usual, own].flat();
}

/** Versions of a provider in a mirror. Each engine asks a registry of its own name, and mirrors keep what is of which. */
export function versionsIn(directory: string, { product }: Engine, provider: string): string[] {
  const platform = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;
  const hosts = existsSync(directory) ? readdirSync(directory) : [];
  return hosts
    .filter((host) => host.includes(product.toLowerCase()))
    .map((host) => join(directory, host, "hashicorp", provider))
    .flatMap((own) => (existsSync(own) ? readdirSync(own).filter((v) => existsSync(join(own, v, platform))) : []));
}

/** A CLI configuration that takes providers from a mirror: its path. */
export function mirrorConfig(mirror: string, scratch: string): string {
  const path = join(scratch, "engine.tfrc");
  const block = `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`;
  writeFileSync(path, block);
  return path;
}

/** The engine on PATH with that provider; else why there is none, in words. */
export async function awsEngine(scratch: string): Promise<AwsEngine | string> {
  if (!["tofu", "terraform"].some((name) => onPath(name, process.env).length > 0))
    return "no tofu or terraform on PATH";
  const engine = await findEngine();
  const mirror = mirrors().find((directory) => versionsIn(directory, engine, "aws").includes(testedProvider));
  if (mirror === undefined)
    return `no mirror with provider aws ${testedProvider} for ${engine.product}: ISTHMUS_PROVIDER_MIRROR names none, and none lies where engines look`;
  return { engine, configFile: mirrorConfig(mirror, scratch) };
}

/** Beside a stack's JSON: the tested provider, and S3 by path, since no bucket has a host on loopback. */
export const override = {
  terraform: { required_providers: { aws: { source: "hashicorp/aws", version: testedProvider } } },
  provider: { aws: [{ s3_use_path_style: true }] },
};

/** The same for a plan without any API. */
export const offline = {
  ...override,
  provider: {
    aws: [
      {
        ...override.provider.aws[0],
        access_key: "test",
        secret_key: "test",
        allowed_account_ids: null,
        skip_credentials_validation: true,
        skip_metadata_api_check: "true",
        skip_requesting_account_id: true,
      },
    ],
  },
};
