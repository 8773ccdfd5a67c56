import { readFileSync } from "node:fs";
import { join } from "node:path";
import { images } from "../../../charts/pins";
import { corePool, placeOf } from "../../../charts/place";
import { fitted, type Mirrors, mirrored } from "../../../config/names";
import { packageRoot } from "../../../config/package-root";
import type { ResolvedPool } from "../../../config/resolve/pools";
import type { KubeObject } from "./object";
import { restrictedContainer, restrictedPod } from "./program";

export interface ScratchExpiryProps {
  readonly namespace: string;
  readonly pools: readonly ResolvedPool[];
  readonly buckets: readonly { readonly name: string; readonly days: number }[];
  /** How objects are asked for: of Google Cloud Storage, or of an S3 store as ENDPOINT/BUCKET/KEY (`path`) or BUCKET.ENDPOINT/KEY. */
  readonly store: "google" | "path" | "virtual";
  /** Variables of S3 clients. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of its service account, where that binds it to a role. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Secret of the namespace with the store's keys; null: the cloud knows the pods by their account. */
  readonly storeKeys: string | null;
  /** Registries whose images come from elsewhere. */
  readonly mirrors: Mirrors;
}

/** The job's name, and that of its service account, which a cloud's role trusts. */
export const scratchExpiryName = "scratch-expiry";

const name = scratchExpiryName;

/** The programs as files of one directory; the rule of what a store is comes from the local site's. */
function programsFor(store: ScratchExpiryProps["store"]): Readonly<Record<string, string>> {
  const client = store === "google" ? "google_bucket.py" : "s3_bucket.py";
  return {
    "expire_bucket.py": "scratch-expiry/expire_bucket.py",
    [client]: `scratch-expiry/${client}`,
    "expiry.py": "hpc-site/kit/expiry.py",
  };
}

/** Scratch expires by store, once a day: a bucket's own rule of ages would leave stores without their old chunks. */
export function scratchExpiry(props: ScratchExpiryProps): KubeObject[] {
  const { namespace, buckets, annotations } = props;
  if (buckets.length === 0) return [];
  const files = Object.entries(programsFor(props.store)).map(([file, path]) => [
    file,
    readFileSync(join(packageRoot(), "charts", path), "utf8"),
  ]);
  return [
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name, namespace, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
      automountServiceAccountToken: false,
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data: Object.fromEntries(files) },
    ...buckets.map((bucket) => job(props, bucket)),
  ];
}

function job(props: ScratchExpiryProps, bucket: ScratchExpiryProps["buckets"][number]): KubeObject {
  const { namespace, pools, store, environment, storeKeys, mirrors } = props;
  const style = { google: ["--google"], path: [], virtual: ["--virtual-host"] }[store];
  const container = {
    name: "expire",
    image: mirrored(images.python, mirrors),
    command: ["python", "/programs/expire_bucket.py", bucket.name, String(bucket.days), ...style],
    env: [
      { name: "PYTHONDONTWRITEBYTECODE", value: "1" },
      ...Object.entries(environment).map(([key, value]) => ({ name: key, value })),
    ],
    ...(storeKeys ? { envFrom: [{ secretRef: { name: storeKeys } }] } : {}),
    // A million objects take 0.4 GB.
    resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "4Gi" } },
    securityContext: restrictedContainer,
    volumeMounts: [{ name: "programs", mountPath: "/programs", readOnly: true }],
  };
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: fitted(`${name}-${bucket.name}`, 52), namespace },
    spec: {
      schedule: "17 3 * * *",
      startingDeadlineSeconds: 3600, // later than that, the next day's does
      concurrencyPolicy: "Forbid",
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        spec: {
          backoffLimit: 2,
          activeDeadlineSeconds: 6 * 3600,
          template: {
            metadata: { labels: { "app.kubernetes.io/name": name } },
            spec: {
              restartPolicy: "Never",
              serviceAccountName: name,
              automountServiceAccountToken: false,
              enableServiceLinks: false,
              securityContext: restrictedPod,
              containers: [container],
              volumes: [{ name: "programs", configMap: { name } }],
              ...placeOf(corePool(pools)),
            },
          },
        },
      },
    },
  };
}
