import { expect, test } from "vitest";
import { hasOwnAccounts, type ResolvedBatch } from "../../../config/resolve/batch";
import type { BundleManifest } from "../../../constructs/hpc/bundle";
import { type BaseBundleInput, baseBundle, hubBundle } from "../../../constructs/hpc/programs";
import { baseInput, buckets, hubInput } from "../../e2e/hpc-site/bundles";

type Files = { readonly files: ReadonlyMap<string, string> };
const manifest = ({ files }: Files) => JSON.parse(files.get("bundle.json") ?? "") as BundleManifest;
const program = (bundle: Files, name: string) => manifest(bundle).programs.find((p) => p.name === name);
const siteJson = ({ files }: Files) => JSON.parse(files.get("site.json") ?? "") as Record<string, unknown>;

const at = (paths: readonly (string | null)[]) =>
  paths.map((path, i) => ({ ...(buckets[0] as BaseBundleInput["buckets"][number]), name: `b-${i}`, path }));
const base = (ownAccounts: boolean, paths: readonly (string | null)[]) =>
  baseBundle(baseInput(9000, { unixUsers: true, ownAccounts, buckets: at(paths) }));
const words = (bundle: Files) => program(bundle, "s3")?.command ?? [];

test("what people write by S3 is theirs where they have accounts of their own", () => {
  expect(words(base(true, [null])).slice(-5)).toEqual([
    "posix",
    "--bucketlinks",
    "--chuid",
    "--chgid",
    "{root}/buckets",
  ]);
  expect(siteJson(base(true, [null]))).toMatchObject({ ownAccounts: true });
  expect(words(base(false, [null])).slice(-3)).toEqual(["posix", "--bucketlinks", "{root}/buckets"]);
  expect(siteJson(base(false, [null]))).not.toHaveProperty("ownAccounts");
});

test("the S3 endpoint follows no link where users reach files, and begins anew where that is elsewhere", () => {
  const first = words(base(true, [null, "/p/scratch", "beside"])).slice(0, 7);
  const program = ["{env.hub}/bin/python", "-I", "-S", "{bundle}/kit/no_links.py"];
  expect(first).toEqual([...program, "/p/scratch", "{root}/buckets/b-2", "--"]);
  for (const bundle of [base(true, [null]), baseBundle(baseInput(9000, { buckets: at(["/p/scratch"]) }))])
    expect(words(bundle)[0]).toBe("{tool.versitygw}");
  expect(words(base(false, ["/p/scratch"])).slice(0, 6)).toEqual([...first.slice(0, 5), "--"]);
  expect(inputsOf(base(true, ["/p/scratch"]))).toContain("kit/no_links.py");
});

test("nor does what expires scratch there, which removes files by their paths", () => {
  const expiry = program(base(true, ["/p/scratch"]), "scratch-expiry");
  expect(expiry?.command.slice(0, 7)).toEqual([
    ...["{env.hub}/bin/python", "-I", "-S", "{bundle}/kit/no_links.py", "/p/scratch", "--", "{env.hub}/bin/python"],
  ]);
  expect(expiry?.inputs).toContain("kit/no_links.py");
  expect(program(base(true, [null]), "scratch-expiry")?.command[0]).toBe("{env.hub}/bin/python");
});

function inputsOf(bundle: Files): readonly string[] {
  return program(bundle, "s3")?.inputs ?? [];
}

const batch: ResolvedBatch = {
  ...{ kind: "slurm", address: "login1", notebookPorts: null, prologue: [], requestSizes: true, startSeconds: 600 },
  ...{ chooseAccount: false, jobPrefix: "f-s-", encrypt: false },
};
const sudo = { kind: "slurm" as const, user: "pangeo", commands: "/usr/bin", file: "/etc/sudoers.d/x" };
const inputs = { state: null, auth: { kind: "pam", service: "login", minimumUid: 1000 } } as const;

test("programs of a hub have no keys of S3 where people have their own, and the hub's for a service account", () => {
  const keys = (by: ResolvedBatch | null) => {
    const hub = hubBundle(hubInput(9000, 9010, { ...inputs, batch: by, ownAccounts: hasOwnAccounts(by) }));
    expect(siteJson(hub).ownAccounts).toBe(by && !by.sudo ? true : undefined);
    return ["prod-hub", "prod-dask-gateway"].map(
      (name) => program(hub, name)?.secrets?.filter((secret) => secret.startsWith("AWS_")).length,
    );
  };
  expect(keys(batch)).toEqual([0, 0]);
  expect(keys({ ...batch, sudo })).toEqual([2, 2]);
  expect(keys(null)).toEqual([2, 2]);
});
