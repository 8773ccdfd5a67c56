import { App, TerraformStack } from "cdktf";
import { expect, test } from "vitest";
import type { ResolvedGoogleBucket } from "../../../config/resolve/google-site";
import { expiryRights, grant, type StoreRightsProps, storeRights } from "../../../constructs/google/store-rights";

const bucket = (id: string, rest: Partial<ResolvedGoogleBucket> = {}) =>
  ({ id, name: `b-${id}`, public: false, existing: false, ...rest }) as ResolvedGoogleBucket;
const buckets = [
  bucket("scratch"),
  bucket("persistent"),
  bucket("library", { public: true }),
  bucket("drafts"),
  bucket("old", { existing: true }),
];

/** Rights in the stack of an account: `bucket or project: role [where]`. */
function rightsOf(props: Partial<StoreRightsProps>): string[] {
  const stack = new TerraformStack(new App(), "s");
  grant(stack, "serviceAccount:a", "p", storeRights({ buckets, rights: [], publishes: [], ...props }));
  const { resource = {} } = stack.toTerraform() as { resource?: Record<string, Record<string, Right>> };
  return Object.values(resource)
    .flatMap((of) => Object.values(of))
    .map(({ bucket: name, role, condition }) => `${name ?? "project"}: ${role} ${condition?.expression ?? ""}`.trim());
}
interface Right {
  readonly bucket?: string;
  readonly role: string;
  readonly condition?: { readonly expression: string };
}

test("what is public needs no right; what is not is read or written, all of it", () => {
  const rights = [
    { id: "library", right: "read", prefix: "" },
    { id: "drafts", right: "read", prefix: "" },
    { id: "scratch", right: "write", prefix: "" },
    { id: "persistent", right: "none", prefix: "" },
  ] as const;
  expect(rightsOf({ rights })).toEqual(["b-drafts: roles/storage.objectViewer", "b-scratch: roles/storage.objectUser"]);
});

test("a hub whose people are its own alone has its own prefix, to get and to list", () => {
  const [right = ""] = rightsOf({ rights: [{ id: "scratch", right: "write", prefix: "workshop/" }] });
  expect(right).toContain("b-scratch: roles/storage.objectUser");
  expect(right).toContain("resource.name.startsWith('projects/_/buckets/b-scratch/objects/workshop/')");
  expect(right).toContain("'storage.googleapis.com/objectListPrefix', '').startsWith('workshop/')");
});

test("who publishes a dataset writes at its path and nowhere else", () => {
  const [right = "", ...more] = rightsOf({ publishes: [{ id: "sst", bucket: "library", path: "ocean/sst" }] });
  expect(more).toEqual([]);
  expect(right).toContain(
    "b-library: roles/storage.objectUser resource.name == 'projects/_/buckets/b-library/objects/ocean/sst' ||",
  );
  expect(right).toContain("resource.name.startsWith('projects/_/buckets/b-library/objects/ocean/sst/')");
});

test("of a bucket that exists nothing is changed, its policy included: the project's names it", () => {
  expect(rightsOf({ rights: [{ id: "old", right: "read", prefix: "" }] })).toEqual([
    "project: roles/storage.objectViewer resource.name == 'projects/_/buckets/b-old' || resource.name.startsWith('projects/_/buckets/b-old/objects/')",
  ]);
});

test("what expires scratch has rights on scratch only", () => {
  expect(expiryRights([bucket("scratch")])).toMatchObject([{ id: "use-scratch", role: "roles/storage.objectUser" }]);
});
