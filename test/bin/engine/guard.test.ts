import { expect, test } from "vitest";
import { countsText, type PlanJson, planCounts, refusals, refusalText } from "../../../bin/engine/guard";

/** The shape of `show -json PLAN`, by hand and small. */
function plan(...changes: [address: string, ...actions: string[]][]): PlanJson {
  return {
    resource_changes: changes.map(([address, ...actions]) => ({
      address,
      mode: address.startsWith("data.") ? "data" : "managed",
      type: address.split(".").at(address.startsWith("data.") || address.startsWith("module.") ? -2 : 0) as string,
      change: { actions },
    })),
  };
}

const nothing = { addresses: new Set<string>(), unprotected: false };
const yes = { addresses: new Set<string>(), unprotected: true };

test("making, changing and reading are never refused", () => {
  const fine = plan(
    ["aws_s3_bucket.a", "create"],
    ["aws_s3_bucket.b", "update"],
    ["aws_s3_bucket.c", "no-op"],
    ["data.aws_vpc.d", "read"],
  );
  expect(refusals(fine, nothing)).toEqual([]);
});

test("every protected type is refused its end, also as half of a replacement in either order, and --yes does not help", () => {
  const types = ["aws_s3_bucket", "aws_ebs_volume", "aws_efs_file_system", "aws_eks_cluster"];
  const more = ["google_storage_bucket", "google_compute_disk", "google_container_cluster"];
  for (const type of [...types, ...more]) {
    expect(refusals(plan([`${type}.x`, "delete"]), yes)).toMatchObject([{ address: `${type}.x`, deed: "delete" }]);
    expect(refusals(plan([`${type}.x`, "delete", "create"]), yes)).toMatchObject([{ deed: "replace" }]);
    expect(refusals(plan([`${type}.x`, "create", "delete"]), yes)).toMatchObject([{ deed: "replace" }]);
  }
});

test("a Helm release is refused its end where homes go with it", () => {
  const release = (chart: string): PlanJson => {
    const found = { address: "helm_release.r", mode: "managed", type: "helm_release" };
    return { resource_changes: [{ ...found, change: { actions: ["delete"], before: { chart }, after: null } }] };
  };
  expect(refusals(release("jupyterhub-home-nfs"), yes)).toMatchObject([{ loses: "every home on its disk" }]);
  expect(refusals(release("jupyterhub"), yes)).toEqual([]);
});

test("--destroy agrees to one address, instance keys and modules included", () => {
  const two = plan(
    ["aws_s3_bucket.a", "delete"],
    ['aws_s3_bucket.b["x"]', "delete"],
    ["module.m.aws_ebs_volume.c", "delete"],
  );
  const consent = { addresses: new Set(["aws_s3_bucket.a", "module.m.aws_ebs_volume.c"]), unprotected: true };
  expect(refusals(two, consent).map((r) => r.address)).toEqual(['aws_s3_bucket.b["x"]']);
});

test("the end of anything else needs --yes, records of deliveries need nothing", () => {
  const mixed = plan(["terraform_data.bundle", "delete", "create"], ["aws_sns_topic.alarm", "delete"]);
  expect(refusals(mixed, nothing)).toEqual([{ address: "aws_sns_topic.alarm", type: "aws_sns_topic", deed: "delete" }]);
  expect(refusals(mixed, yes)).toEqual([]);
});

test("a site that would start anew in another directory is refused, with the way to take its data along", () => {
  const moved = (part: string, from: string, to: string): PlanJson => {
    const change = { before: { input: { part, root: from } }, after: { input: { part, root: to } } };
    const record = { address: "terraform_data.site", mode: "managed", type: "terraform_data" };
    return { resource_changes: [{ ...record, change: { actions: ["delete", "create"], ...change } }] };
  };
  const refused = refusals(moved("base", ".isthmus/demo/east", "/srv/east"), yes);
  expect(refusalText("east-base", refused)).toBe(
    `refused, since this would
  leave .isthmus/demo/east for /srv/east, which starts without its buckets, homes, databases and secrets
  (to take them along: isthmus down with the old \`storage.root\`, move the directory, isthmus up)
  if that is meant: --destroy 'east-base:terraform_data.site'`,
  );
  const agreed = { addresses: new Set(["terraform_data.site"]), unprotected: false };
  expect(refusals(moved("base", "a", "b"), agreed)).toEqual([]);
  expect(refusals(moved("base", "a", "a"), nothing)).toEqual([]);
  expect(refusals(moved("prod", "a", "b"), nothing), "its base tells").toEqual([]);
});

test("forgetting without deleting is allowed", () => {
  expect(refusals(plan(["aws_s3_bucket.a", "forget"]), nothing)).toEqual([]);
});

test("what is refused is told with what would be lost and how to agree", () => {
  const mixed = plan(
    ["aws_s3_bucket.a", "delete"],
    ["aws_eks_cluster.c", "delete", "create"],
    ["aws_sns_topic.t", "delete"],
  );
  expect(refusalText("east-lake", refusals(mixed, nothing))).toBe(
    `refused, since this would
  delete aws_s3_bucket.a, and with it every object in it
  delete and make anew aws_eks_cluster.c, and with it everything that runs on it
  delete aws_sns_topic.t
  if that is meant: --destroy 'east-lake:aws_s3_bucket.a' --destroy 'east-lake:aws_eks_cluster.c' --yes`,
  );
});

test("counts say what a plan does", () => {
  const all = plan(
    ["a.a", "create"],
    ["a.b", "update"],
    ["a.c", "delete", "create"],
    ["a.d", "delete"],
    ["a.e", "no-op"],
    ["data.a.f", "read"],
  );
  expect(countsText(planCounts(all))).toBe("1 made, 1 changed, 1 renewed, 1 deleted");
  expect(countsText(planCounts({}))).toBe("outputs only");
  const two = planCounts(plan(["a.a", "create"], ["a.b", "create"]));
  expect(countsText(two, { found: 0, refused: 1 })).toBe("1 made, 1 taken over");
  expect(countsText(two, { found: 3, refused: 1 })).toBe("1 made, 4 taken over");
});

test("homes that are to come from elsewhere failed late in an apply: it is refused with what must go first", () => {
  const volume = (source: object) => ({
    kind: "PersistentVolume",
    metadata: { name: "alps-prod-home" },
    spec: { capacity: { storage: "1Gi" }, claimRef: { namespace: "alps-prod", name: "home" }, ...source },
  });
  const release = (...objects: object[]) => ({
    chart: "./assets/chart-objects/0A1B",
    values: [JSON.stringify({ objects: [{ kind: "ConfigMap", metadata: { name: "c" } }, ...objects] })],
  });
  const changing = (before: object, after: object): PlanJson => {
    const found = { address: "helm_release.objects", mode: "managed", type: "helm_release" };
    return { resource_changes: [{ ...found, change: { actions: ["update"], before, after } }] };
  };
  const [main, other] = ["10.0.0.1", "10.0.0.2"].map((server) => volume({ nfs: { server, path: "/homes" } })) as [
    object,
    object,
  ];
  const efs = volume({ csi: { driver: "efs.csi.aws.com", volumeHandle: "fs-1::fsap-1" } });
  const unknown = { chart: "./assets/chart-objects/0A1B" };
  for (const after of [release(other), release(efs), unknown]) {
    const plan = changing(release(main), after);
    const [refusal] = refusals(plan, yes);
    expect(refusal).toMatchObject({ deed: "remount", moved: [{ volume: "alps-prod-home", claim: "home" }] });
    const text = refusalText("alps-prod", refusals(plan, yes));
    expect(text).toContain("kubectl delete pvc home -n alps-prod && kubectl delete pv alps-prod-home");
    expect(text).toContain("--destroy 'alps-prod:helm_release.objects'");
    expect(refusals(plan, { addresses: new Set(["helm_release.objects"]), unprotected: false })).toEqual([]);
  }
  for (const [before, after] of [
    [release(main), release(main, { kind: "Secret", metadata: { name: "s" } })],
    [release(main), release()],
    [release(), release(main)],
    [release(), unknown],
  ] as const)
    expect(refusals(changing(before, after), nothing)).toEqual([]);
  const chart = { chart: "jupyterhub", values: ["hub: {}"] };
  expect(refusals(changing(chart, { ...chart, values: ["hub: { x: 1 }"] }), nothing)).toEqual([]);
});
