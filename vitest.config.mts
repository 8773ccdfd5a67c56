import { defineConfig } from "vitest/config";
import { SlowFirst } from "./test/sequencer.mjs";

// Units run in parallel first, on all cores; end-to-end files start real programs, of which 2 cores bear those of two files at a time. The
// files on a simulated Kubernetes come last: what they run on is built in the background meanwhile, where it is not there yet.
export default defineConfig({
  test: {
    // cdktf keeps for every token where it was made, which takes half the time of a synth where the runner maps stacks to sources
    // engines, their providers and Kubernetes' programs live for seconds, a third of which Go's collector would take
    env: { CDKTN_DISABLE_CREATION_STACK: "1", GOGC: "400", GOMEMLIMIT: "1GiB" },
    sequence: { sequencer: SlowFirst },
    reporters: ["default", "./test/count-reporter.mts"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/kube/*.test.ts", "test/kube/hub/*.test.ts"],
          maxWorkers: "100%",
          // loading schemas and cdktf anew for each file takes longer than most of their tests
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          sequence: { groupOrder: 1 },
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 900_000,
          hookTimeout: 900_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: "kube",
          sequence: { groupOrder: 2 },
          include: ["test/kube/*.test.ts", "test/kube/hub/*.test.ts"],
          globalSetup: "test/kube/setup.ts",
          testTimeout: 900_000,
          hookTimeout: 900_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
