/** Private and link-local ranges (RFC 1918, RFC 6598, RFC 3927): nodes, other tenants, metadata servers. Closed to users' pods. */
export const closedRanges = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "169.254.0.0/16",
] as const;

/** Where pods become somebody to the cloud. */
export interface IdentityServers {
  /** Addresses (CIDR); none: on the internet, or nobody is somebody. */
  readonly networks: readonly string[];
  /** TCP. */
  readonly ports: readonly number[];
}

/** Nothing but what is on the internet. */
export const noIdentityServers: IdentityServers = { networks: [], ports: [] };

/**
 * Where GKE tells pods who they are to Google, with and without Dataplane V2
 * (https://cloud.google.com/kubernetes-engine/docs/how-to/network-policy#network-policy-and-workload-identity).
 */
export const metadataServers: IdentityServers = {
  networks: ["169.254.169.252/32", "169.254.169.254/32"],
  ports: [80, 988],
};

/** The agent of EKS Pod Identity on each node (https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html). */
export const podIdentityAgents: IdentityServers = { networks: ["169.254.170.23/32"], ports: [80] };
