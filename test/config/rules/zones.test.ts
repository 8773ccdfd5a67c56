import { expect, test } from "vitest";
import { eks, ofEks, ofGke } from "../federation-of";

test("a zone of another region, one twice, and one where the site has no subnets", () => {
  expect(ofEks(eks("a", { zones: "us-east-1a, us-west-2b, us-west-2b", pool: ", zones: [us-west-2c]" }))).toEqual([
    expect.stringContaining("zones zones[0]: not a zone of us-west-2"),
    expect.stringContaining("zones zones[2]: the same zone twice"),
    expect.stringContaining("zones cluster.pools.user.zones: us-west-2c: the site has no subnets there"),
  ]);
});

test("a network that exists without a subnet in each zone", () => {
  const network = (zones: string) =>
    `network: {existing: {vpc: vpc-0123456789abcdef0, privateSubnets: {${zones}}, publicSubnets: {${zones}}}}`;
  const one = "us-west-2a: subnet-0123456789abcdef0";
  expect(ofEks(eks("a", { keys: network(one) }))).toEqual([
    expect.stringContaining("zones cluster.network.existing.privateSubnets: no subnet in us-west-2b"),
    expect.stringContaining("zones cluster.network.existing.publicSubnets: no subnet in us-west-2b"),
  ]);
  expect(ofEks(eks("a", { keys: network(`${one}, us-west-2b: subnet-0123456789abcdef1`) }))).toEqual([]);
});

test("zones of the region", () => {
  expect(ofEks(eks("a", { pool: ", zones: [us-west-2b]" }))).toEqual([]);
});

test("on Google Cloud: a zone of another region, one twice, and a pool where the site is not", () => {
  const zones = "europe-west4-b, us-central1-b, us-central1-b, us-central10-b";
  expect(ofGke({ zones, pool: ", zones: [us-central1-f]" })).toEqual([
    expect.stringContaining("zones zones[0]: not a zone of us-central1"),
    expect.stringContaining("zones zones[2]: the same zone twice"),
    expect.stringContaining("zones zones[3]: not a zone of us-central1"),
    expect.stringContaining("zones cluster.pools.user.zones: us-central1-f: the site has no subnets there"),
  ]);
  expect(ofGke({ zones: "us-central1-b, us-central1-f", pool: ", zones: [us-central1-f]" })).toEqual([]);
});
