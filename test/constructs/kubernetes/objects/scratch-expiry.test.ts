import { expect, test } from "vitest";
import { scratchExpiry } from "../../../../constructs/kubernetes/objects/scratch-expiry";

const props = {
  ...{ namespace: "alps-services", pools: [], store: "path" as const, environment: {}, storeKeys: null, mirrors: {} },
  annotations: {},
};

function jobsOf(...names: readonly string[]): string[] {
  const buckets = names.map((name) => ({ name, days: 7 }));
  return scratchExpiry({ ...props, buckets }).flatMap(({ kind, metadata }) =>
    kind === "CronJob" ? metadata.name : [],
  );
}

test("each bucket has a job of its own, also where long names differ only at their ends", () => {
  const start = "hydrology-of-the-alps-and-their-forelands";
  const [one = "", other = ""] = jobsOf(`${start}-scratch-one`, `${start}-scratch-two`);
  expect(one).not.toBe(other);
  expect(jobsOf("alps-scratch")).toEqual(["scratch-expiry-alps-scratch"]);
});

test("a job's name is one that Kubernetes takes: 52 characters of labels joined by dots", () => {
  for (let length = 3; length <= 63; length++) {
    const [name = ""] = jobsOf("ab.c-d.".repeat(10).slice(0, length).replace(/\W$/, "x"));
    expect(name.length).toBeLessThanOrEqual(52);
    expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
  }
});
