import { type Engine, findEngine } from "../../bin/engine/find";
import { onPath } from "../../bin/engine/on-path";
import { mirrorConfig, mirrors, versionsIn } from "../aws/engine";

/** An engine with Google's provider at hand. */
export interface GoogleEngine {
  readonly engine: Engine;
  /** A CLI configuration that takes providers from the mirror. */
  readonly configFile: string;
  /** The provider's. The bindings are of 6.50.0; any later one of 6 or 7 must take what they write. */
  readonly version: string;
}

/** The engine on PATH with any such provider; else why there is none, in words. */
export async function googleEngine(scratch: string): Promise<GoogleEngine | string> {
  if (!["tofu", "terraform"].some((name) => onPath(name, process.env).length > 0))
    return "no tofu or terraform on PATH";
  const engine = await findEngine();
  for (const mirror of mirrors()) {
    const version = versionsIn(mirror, engine, "google").find((one) => /^[67]\./.test(one));
    if (version !== undefined) return { engine, configFile: mirrorConfig(mirror, scratch), version };
  }
  return `no mirror with provider google 6 or 7 for ${engine.product}: ISTHMUS_PROVIDER_MIRROR names none, and none lies where engines look`;
}

/** Beside a stack's JSON: the provider that is there, and a token that nobody asks for in a plan. */
export function offline(version: string): object {
  return {
    terraform: { required_providers: { google: { source: "hashicorp/google", version } } },
    provider: { google: [{ access_token: "none" }] },
  };
}
