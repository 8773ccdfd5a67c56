/**
 * Test files that take from one minute to ten. They are begun in this order and before all others, so that none of them is left to
 * run alone at the end. Those on Slurm have others between them, since each has a whole cluster to keep going.
 */
export const slowFiles: readonly string[] = [
  "test/charts/jupyterhub/sign-in.test.ts",
  "test/config/fuzz.test.ts",
  "test/stacks/dead-keys.test.ts",
  "test/bin/backup.test.ts",
  "test/lint.test.ts",

  "test/e2e/slurm-federation.test.ts",
  "test/e2e/aws-lake.test.ts",
  "test/e2e/demo.test.ts",
  "test/e2e/aws-cluster.test.ts",
  "test/e2e/slurm-faults.test.ts",
  "test/e2e/aws-mocked.test.ts",
  "test/e2e/side-by-side.test.ts",
  "test/e2e/slurm-account.test.ts",
  "test/e2e/hpc-site.test.ts",
  "test/e2e/slurm-site.test.ts",

  "test/kube/hub/growth.test.ts",
  "test/kube/hub/culling.test.ts",
  "test/kube/hub/regressions.test.ts",
  "test/kube/karpenter.test.ts",
  "test/kube/stacks.test.ts",
  "test/kube/hub/hubs.test.ts",
];

/** Slow files first, in their own order; the others after them in the order that they came in. */
export function slowFirst<T>(files: readonly T[], pathOf: (file: T) => string): T[] {
  const place = (file: T) => {
    const at = slowFiles.indexOf(pathOf(file));
    return at < 0 ? slowFiles.length : at;
  };
  return [...files].sort((a, b) => place(a) - place(b));
}
