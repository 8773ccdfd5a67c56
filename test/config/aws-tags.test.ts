import { expect, test } from "vitest";
import { awsSite } from "../../config/schema/aws-site";

/** Whether a site with one tag is accepted. */
function takes(key: string, value = "x"): boolean {
  const lake = { buckets: { l: { purpose: "library" } } };
  const site = { site: "a", institution: "A", provider: "aws", account: "111122223333", region: "us-west-2", lake };
  return awsSite.safeParse({ ...site, tags: { [key]: value } }).success;
}

test("tags as AWS has them, but what is set here or is AWS's own", () => {
  for (const key of ["cost-centre", "Grant", "team:lead", "hubs", "a/b", "x".repeat(128)])
    expect(takes(key), key).toBe(true);
  for (const key of ["site", "hub", "pool", "Name", "aws:x", "x".repeat(129), ""]) expect(takes(key), key).toBe(false);
});

test("nothing at which the load balancer's annotation would be cut, and nothing with which the disks' driver does not start", () => {
  expect(takes("a=b")).toBe(false);
  expect(takes("a,b")).toBe(false);
  expect(takes("a", "b=c")).toBe(false);
  expect(takes("a", "b,c")).toBe(false);
  for (const key of ["kubernetes.io/x", "CSIVolumeName", "ebs.csi.aws.com/cluster"])
    expect(takes(key), key).toBe(false);
});
