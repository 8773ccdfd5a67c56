/** Private and link-local ranges (RFC 1918, RFC 6598, RFC 3927): nodes, other tenants, metadata servers. Closed to users' pods. */
export const closedRanges = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "169.254.0.0/16",
] as const;

/** The agent of EKS Pod Identity on each node, by which pods become somebody (https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html). */
export const podIdentityAgents = ["169.254.170.23/32"] as const;
