import type { ResolvedPool } from "../config/resolve/pools";
import { corePool, placeOf } from "./place";

/** Values of the `cert-manager` chart. Its definitions stay when it goes: certificates of others may be of their kinds. */
export function certManagerValues({
  pools,
  namespace,
  identity,
}: {
  readonly pools: readonly ResolvedPool[];
  readonly namespace: string;
  /** Annotations of its service account that bind it to a role of the cloud. */
  readonly identity: Readonly<Record<string, string>>;
}) {
  const place = placeOf(corePool(pools));
  const program = (memory: string) => ({
    resources: { requests: { cpu: "20m", memory }, limits: { memory: "512Mi" } },
    ...place,
  });
  return {
    crds: { enabled: true, keep: true },
    ...(Object.keys(identity).length > 0 ? { serviceAccount: { annotations: identity } } : {}),
    global: { leaderElection: { namespace } },
    ...program("64Mi"),
    webhook: program("32Mi"),
    cainjector: program("64Mi"),
    startupapicheck: { ...place },
  };
}
