import type { ITerraformDependable, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { IdentityServers } from "../../charts/networks";
import type { ResolvedClusterSite, ResolvedHome } from "../../config/resolve/cluster-site";
import type { ResolvedFederation } from "../../config/resolve/federation";
import type { ResolvedDataset } from "../../config/resolve/lake";
import type { SecretRef } from "../../config/schema/fields";
import type { KubeObject } from "./objects/object";
import type { ChartReleaseProps, ObjectsProps } from "./release";

/** A Kubernetes Secret of ours: which keys it has, and where each one's value is found. */
export interface SecretObject {
  readonly name: string;
  readonly data: Readonly<Record<string, SecretRef>>;
}

/** What a hub's users are to the cloud. */
export interface PodIdentity {
  /** Annotations of the service account `user-sa` that bind it to a role. */
  readonly annotations: Readonly<Record<string, string>>;
  /** What pods must reach to be somebody: a role behind a blocked server is of no use. */
  readonly identityServers: IdentityServers;
  /** Keys of the store, where the cloud knows no identity of pods: a Secret in the hub's namespace, all of it environment. */
  readonly storeKeys: SecretObject | null;
}

/** A stack that knows where its config lies. */
export interface ConfiguredStack extends TerraformStack {
  /** Directory of the federation file, relative to this stack's output directory. */
  readonly configDirectory: string;
}

/** Where a home file system is mounted from, and how. Parts may be known only to the engine. */
export type HomeMount =
  | {
      readonly kind: "nfs";
      readonly server: string;
      readonly path: string;
      /** Of the protocol: `any` as server and node agree. Default 4.1. */
      readonly version?: "3" | "4.1" | "any";
    }
  /** By a driver of the cloud, which the cluster has. */
  | { readonly kind: "csi"; readonly driver: string; readonly volumeHandle: string };

/** Who makes the site's host names, and proves them to a certificate authority. */
export type ManagedZone = UpdatedZone | HostedZone | CloudDnsZone;

/** A hosted zone of Route 53: the programs that change it are known by their accounts. */
export interface HostedZone {
  readonly kind: "route53";
  readonly zone: string;
  readonly region: string;
  /** Of their service accounts, where that binds them to roles. */
  readonly annotations: Readonly<Record<"externalDns" | "certManager", Readonly<Record<string, string>>>>;
}

/** A zone of Cloud DNS: the programs that change it are known by their accounts. */
export interface CloudDnsZone {
  readonly kind: "cloudDns";
  readonly project: string;
  /** The zone's name, which is not its domain. */
  readonly zone: string;
  /** Of their service accounts, which bind them to Google's. */
  readonly annotations: HostedZone["annotations"];
}

/** A zone that takes dynamic updates (RFC 2136), signed by a key. */
export interface UpdatedZone {
  readonly kind: "rfc2136";
  readonly zone: string;
  readonly server: string;
  readonly keyName: string;
  readonly algorithm: "hmac-sha256" | "hmac-sha512";
  readonly key: SecretRef;
}

/**
 * The seam between clouds and what runs on Kubernetes: services and hubs know only this, and each cloud implements it.
 */
export interface Platform {
  /** Declares the engine's providers of a stack: Helm, Kubernetes, and the cloud's own. */
  configure(stack: ConfiguredStack): void;
  /** Class of disks that are made; null: the cluster's default. */
  readonly storageClass: string | null;
  /**
   * Makes, where the cloud knows pods by their account, what a stack's pods are.
   *
   * @param hub its id; null: the program that expires scratch
   */
  identityOf(scope: Construct, hub: string | null): PodIdentity;
  /** What the cloud needs beside what all sites have, after the kinds and before all else. */
  readonly services: readonly Service[];
  /** What S3 clients of notebooks and workers need to know of the store beside keys. */
  readonly storeEnvironment: Readonly<Record<string, string>>;
  /** Looks up, for a hub's stack, where a home file system is mounted from, and makes what the hub alone needs for that. */
  homeMount(scope: Construct, home: ResolvedHome, hub: string): HomeMount;
  /** Where the gateway reads a public dataset of the site: without keys. */
  datasetUrl(dataset: ResolvedDataset): string;
  /** Where people must point host names, once the services are there; null: nobody needs to, or the cluster's ingress knows. */
  entranceAddress(scope: Construct, site: ResolvedClusterSite, services: ITerraformDependable[]): string | null;
  /** Annotations of the Service by which requests come in: what kind of load balancer the cloud makes. */
  readonly entranceAnnotations: Readonly<Record<string, string>>;
  /** Null: people make the records. */
  readonly managedZone: ManagedZone | null;
}

/** What a service is made from. */
export interface ServiceContext {
  /** The stack. */
  readonly scope: Construct;
  readonly federation: ResolvedFederation;
  readonly site: ResolvedClusterSite;
  readonly platform: Platform;
  /** What the program that expires scratch is to the cloud; null: there is none. */
  readonly expiryIdentity: PodIdentity | null;
  /**
   * Installs a chart in the services' namespace, after the services before it in the list.
   *
   * @param chart `privileged`: its pods reach into their nodes, so they have a namespace of their own
   */
  chart(
    id: string,
    chart: Pick<ChartReleaseProps, "name" | "chart" | "values" | "skipCrds"> & {
      readonly privileged?: boolean;
      /** What it needs beside the services before it. */
      readonly dependsOn?: ChartReleaseProps["dependsOn"];
    },
  ): void;
  /** Puts what was installed elsewhere into the order. */
  release(release: { readonly resource: ITerraformDependable }): void;
  /** Installs objects of ours there. */
  objects(id: string, objects: readonly KubeObject[], options?: Pick<ObjectsProps, "takeOwnership">): void;
}

/** A service of the cluster: what it brings, or nothing where the site does not need it. */
export type Service = (context: ServiceContext) => void;
