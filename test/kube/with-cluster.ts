import { afterAll, beforeAll, beforeEach } from "vitest";
import { until } from "../until";
import { Cluster, type ClusterOptions } from "./cluster";
import { workingIn } from "./marks";
import { missingPodNetwork } from "./network";
import { missingTools, toolsReady } from "./tools/tools";

/** A cold build of all programs on two busy cores. */
const BUILD_MS = 75 * 60_000;

/**
 * A cluster for the tests of a file: started before them, ended after them, also when they fail. Where it cannot be
 * had, each test is skipped with the reason.
 */
export function withCluster(options: ClusterOptions = {}): { readonly cluster: Cluster } {
  let cluster: Cluster | undefined;
  const missing = whyMissing(options);
  beforeAll(async () => {
    if (missing) return;
    await toolsReady();
    const started = performance.now();
    cluster = await Cluster.start(options);
    console.log(`kube: a cluster ready in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }, BUILD_MS);
  afterAll(async () => {
    await cluster?.stop();
    const left = () => (cluster ? workingIn(cluster.folder) : []);
    await until(
      "no process of the cluster is left",
      30,
      () => left().length === 0,
      () => left().join(" "),
    );
  });
  beforeEach(({ skip }) => {
    if (missing) skip(missing);
  });
  return {
    get cluster() {
      if (!cluster) throw new Error("the cluster is not started: use it inside tests and hooks");
      return cluster;
    },
  };
}

/** Why a test with such a cluster cannot run here. */
export function whyMissing({ podNetwork }: ClusterOptions = {}): string | undefined {
  return missingTools() ?? (podNetwork ? missingPodNetwork() : undefined);
}
