import { expect, test } from "vitest";
import { eks, ofEks, ofGke } from "../federation-of";

const cache = (registries: string) => ofEks(eks("a", { keys: `imageCache: {${registries}}` }));
const secret = (account: string, region: string) =>
  `docker.io: {awsSecret: "arn:aws:secretsmanager:${region}:${account}:secret:ecr-pullthroughcache/hub-a1B2c3"}`;

test("a secret of another account or region, and a cache of nothing", () => {
  const elsewhere = "image-cache cluster.imageCache.docker.io.awsSecret: the secret is of another account or region";
  expect(cache(secret("999988887777", "us-west-2"))).toEqual([expect.stringContaining(elsewhere)]);
  expect(cache(secret("111122223333", "us-east-1"))).toEqual([expect.stringContaining(elsewhere)]);
  expect(cache("keepDays: 30")).toEqual([
    expect.stringContaining("image-cache cluster.imageCache: no registry is cached"),
  ]);
});

test("registries without a name, and with a secret that ECR can read", () => {
  expect(cache("quay.io: anonymous, registry.k8s.io: anonymous")).toEqual([]);
  expect(cache(secret("111122223333", "us-west-2"))).toEqual([]);
});

test("a registry that wants a name, without one; a secret that ECR does not read by its name", () => {
  expect(cache("docker.io: anonymous")).toHaveLength(1);
  expect(cache(secret("111122223333", "us-west-2").replace("ecr-pullthroughcache/", ""))).toHaveLength(1);
});

test("on Google Cloud: a cache of nothing, and one of something", () => {
  expect(ofGke({ keys: "imageCache: {keepDays: 3}" })).toEqual([
    expect.stringContaining("image-cache cluster.imageCache: no registry is cached"),
  ]);
  expect(ofGke({ keys: "imageCache: {docker.io: anonymous}" })).toEqual([]);
});
