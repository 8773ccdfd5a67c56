/*
 * The part of the JupyterHub chart's values that we write. The chart's schema leaves open what is below `hub.config`, `hub.services`,
 * `hub.loadRoles` and the items of `profileList`: a wrong key there is found by nobody but these types.
 */

/** An expression of KubeSpawner: single braces are its own names (`{username}`), literal ones are doubled. */
type Expression = string;

type Labels = Readonly<Record<string, string>>;

export interface Toleration {
  readonly key: string;
  readonly operator: "Equal" | "Exists";
  readonly value?: string;
  readonly effect: "NoSchedule" | "NoExecute" | "PreferNoSchedule";
}

export interface Resources {
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}

export interface SecurityContext {
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly runAsNonRoot?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly readOnlyRootFilesystem?: boolean;
  readonly capabilities?: { readonly drop: readonly string[]; readonly add?: readonly string[] };
  readonly seccompProfile?: { readonly type: "RuntimeDefault" };
}

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath?: Expression;
  readonly readOnly?: boolean;
}

export interface Volume {
  readonly name: string;
  readonly emptyDir?: { readonly medium?: "Memory"; readonly sizeLimit?: string };
  readonly configMap?: { readonly name: string };
  readonly secret?: { readonly secretName: string };
  readonly persistentVolumeClaim?: { readonly claimName: string };
  readonly projected?: {
    readonly sources: readonly {
      readonly serviceAccountToken: {
        readonly audience: string;
        readonly expirationSeconds: number;
        readonly path: string;
      };
    }[];
  };
}

interface SecretSource {
  readonly secretRef: { readonly name: string };
}

/** A container beside the notebook's. One that has `restartPolicy: Always` runs beside it until after its end. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: readonly Expression[];
  readonly env?: readonly { readonly name: string; readonly value: Expression }[];
  readonly envFrom?: readonly SecretSource[];
  readonly volumeMounts: readonly VolumeMount[];
  readonly resources: Resources;
  readonly securityContext: SecurityContext;
  readonly restartPolicy?: "Always";
}

/** A file that the chart mounts, from the Secret that it keeps the file in. */
export type ExtraFile = { readonly mountPath: string; readonly mode?: number } & (
  | { readonly stringData: string }
  | { readonly data: Readonly<Record<string, unknown>> }
);

/** Traits of KubeSpawner that a profile or a choice sets: maps merge into the hub's, all else replaces. */
export interface SpawnerOverride {
  readonly image?: string;
  readonly default_url?: string;
  /** Cores. */
  readonly cpu_guarantee?: number;
  readonly cpu_limit?: number;
  /** Bytes. */
  readonly mem_guarantee?: number;
  readonly mem_limit?: number;
  readonly environment?: Readonly<Record<string, Expression>>;
  readonly extra_resource_limits?: Readonly<Record<string, string>>;
  readonly node_selector?: Labels;
  readonly tolerations?: readonly Toleration[];
  /** By name. */
  readonly volumes?: Readonly<Record<string, Volume>>;
}

interface Choice {
  readonly display_name: string;
  readonly default?: true;
  readonly kubespawner_override: SpawnerOverride;
}

interface ProfileOption {
  readonly display_name: string;
  readonly choices: Readonly<Record<string, Choice>>;
  readonly unlisted_choice?: {
    readonly enabled: true;
    readonly display_name: string;
    readonly display_name_in_choices: string;
    /** Python's and JavaScript's alike: the form checks it, and the server. */
    readonly validation_regex: string;
    readonly validation_message: string;
    /** `{value}` is what the user wrote. */
    readonly kubespawner_override: SpawnerOverride;
  };
}

/** An entry of the spawn form. */
export interface Profile {
  readonly slug: string;
  readonly display_name: string;
  readonly description?: string;
  readonly default?: true;
  readonly kubespawner_override: SpawnerOverride;
  readonly profile_options: Readonly<Record<"size", ProfileOption>> & Readonly<Partial<Record<"image", ProfileOption>>>;
}

interface Peer {
  readonly podSelector?: { readonly matchLabels: Labels };
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

export interface EgressRule {
  readonly to: readonly Peer[];
  readonly ports?: readonly { readonly port: number }[];
}

interface Service {
  readonly display: false;
  /** Where the hub's proxy sends what is below `/services/<name>/`. */
  readonly url?: string;
  /** A program that the hub runs beside itself. */
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

interface Role {
  readonly scopes: readonly string[];
  readonly services?: readonly string[];
}

interface Placed {
  readonly nodeSelector?: Labels;
  readonly resources: Resources;
}

export interface Z2jhValues {
  readonly hub: Placed & {
    readonly config: {
      readonly JupyterHub: { readonly admin_access: boolean };
      readonly KubeSpawner: {
        readonly scheduler_name: string;
        readonly priority_class_name: string;
        readonly automount_service_account_token: false;
        readonly container_security_context: SecurityContext;
        readonly extra_container_config?: { readonly envFrom: readonly SecretSource[] };
        /** Seconds. */
        readonly delete_grace_period: number;
        readonly http_timeout: number;
      };
    };
    readonly db: {
      readonly type: "sqlite-pvc";
      readonly pvc: { readonly storage: string; readonly storageClassName?: string };
    };
    readonly allowNamedServers: boolean;
    readonly namedServerLimitPerUser?: number;
    readonly annotations: Labels;
    readonly extraEnv: Readonly<Record<string, string>>;
    readonly extraFiles: Readonly<Record<string, ExtraFile>>;
    readonly extraVolumes: readonly Volume[];
    readonly extraVolumeMounts: readonly VolumeMount[];
    readonly services: Readonly<Record<string, Service>>;
    readonly loadRoles: Readonly<Record<string, Role>>;
    /** The chart says to others that there are metrics, and where, unless it is told so here. */
    readonly service: { readonly annotations: Labels };
  };
  readonly proxy: { readonly service: { readonly type: "ClusterIP" }; readonly chp: Placed };
  readonly singleuser: {
    readonly image: { readonly name: string; readonly tag: string; readonly pullPolicy: "IfNotPresent" };
    readonly serviceAccountName: string;
    /** Seconds. */
    readonly startTimeout: number;
    readonly uid: number;
    readonly fsGid: number;
    readonly extraLabels: Labels;
    readonly extraEnv: Readonly<Record<string, Expression>>;
    readonly extraFiles: Readonly<Record<string, ExtraFile>>;
    readonly initContainers: readonly Container[];
    readonly extraPodConfig: { readonly terminationGracePeriodSeconds?: number };
    readonly storage: {
      readonly type: "static" | "none";
      readonly static?: { readonly pvcName: string; readonly subPath: Expression };
      readonly homeMountPath: string;
      readonly extraVolumes: Readonly<Record<string, Volume>>;
      readonly extraVolumeMounts: Readonly<Record<string, VolumeMount>>;
    };
    readonly cloudMetadata: { readonly blockWithIptables: false };
    readonly networkPolicy: {
      readonly enabled: true;
      /** The chart's own rule of the internet leaves carriers' private and link-local addresses open. */
      readonly egressAllowRules: {
        readonly cloudMetadataServer: boolean;
        readonly nonPrivateIPs: false;
        readonly privateIPs: false;
      };
      readonly egress: readonly EgressRule[];
    };
    readonly profileList: readonly Profile[];
  };
  readonly scheduling: {
    readonly userScheduler: { readonly enabled: false };
    readonly podPriority: { readonly enabled: false };
    readonly userPlaceholder: { readonly enabled: false };
    readonly corePods: {
      readonly tolerations?: readonly Toleration[];
      readonly nodeAffinity: { readonly matchNodePurpose: "ignore" };
    };
    readonly userPods: {
      readonly tolerations: readonly Toleration[];
      readonly nodeAffinity: { readonly matchNodePurpose: "ignore" };
    };
  };
  readonly prePuller: { readonly hook: { readonly enabled: false }; readonly continuous: { readonly enabled: false } };
  readonly ingress: {
    readonly enabled: true;
    readonly ingressClassName: string;
    readonly annotations: Labels;
    readonly hosts: readonly string[];
    readonly tls: readonly { readonly hosts: readonly string[]; readonly secretName: string }[];
  };
  readonly cull: {
    readonly enabled: true;
    /** Seconds. */
    readonly timeout: number;
    readonly every: number;
    readonly maxAge: number;
    readonly removeNamedServers: boolean;
  };
}
