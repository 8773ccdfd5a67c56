import { defineConfig } from "vitest/config";

// Units run in parallel first; end-to-end files start real programs on 2 cores, so they run one after the other.
export default defineConfig({
  test: {
    reporters: ["default", "./test/count-reporter.mts"],
    projects: [
      { test: { name: "unit", include: ["test/**/*.test.ts"], exclude: ["test/e2e/**"], testTimeout: 60_000 } },
      {
        test: {
          name: "e2e",
          sequence: { groupOrder: 1 },
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 900_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
