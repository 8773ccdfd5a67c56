/**
 * Versions of Kubernetes that release channels of GKE offered when this was written, oldest first: by its release notes of 2026-09-17 and
 * 2026-09-23 new clusters are 1.35.8 in the regular channel and 1.36.4 in the rapid one
 * (https://cloud.google.com/kubernetes-engine/docs/release-notes).
 */
export const gkeVersions: readonly string[] = ["1.34", "1.35", "1.36"];
