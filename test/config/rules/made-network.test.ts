import { expect, test } from "vitest";
import { eks, ofEks, ofGke } from "../federation-of";

const subnets = "us-west-2a: subnet-0123456789abcdef0, us-west-2b: subnet-0123456789abcdef1";
const existing = `existing: {vpc: vpc-0123456789abcdef0, privateSubnets: {${subnets}}, publicSubnets: {${subnets}}}`;

test("a network too small or too large, and keys that a network which exists does not take", () => {
  for (const cidr of ["10.0.0.0/8", "10.0.0.0/20"])
    expect(ofEks(eks("a", { keys: `network: {cidr: ${cidr}}` }))).toEqual([
      expect.stringContaining("made-network cluster.network.cidr: too large for AWS, or too small"),
    ]);
  expect(ofEks(eks("a", { keys: `network: {nat: none, ${existing}}` }))).toEqual([
    expect.stringContaining("made-network cluster.network.nat: the network exists, and nothing of it is changed"),
  ]);
});

test("one that is made, one that exists", () => {
  expect(ofEks(eks("a", { keys: "network: {cidr: 10.8.0.0/19, nat: per-zone}" }))).toEqual([]);
  expect(ofEks(eks("a", { keys: `network: {${existing}}` }))).toEqual([]);
});

test("on Google Cloud: pods of all nodes have addresses, and a network that exists is not changed", () => {
  expect(ofGke({ keys: "network: {cidr: 10.0.0.0/16}" })).toEqual([]);
  const wide = "n2-highmem-4, n2d-highmem-4";
  expect(ofGke({ machines: wide, pool: "0", keys: "network: {cidr: 10.0.0.0/16}" })).toEqual([
    expect.stringContaining("made-network cluster.network.cidr: the pools may have 200 nodes"),
  ]);
  const existing =
    "existing: {network: projects/a-project/global/networks/n, subnet: projects/a-project/regions/us-central1/subnetworks/s, pods: p, services: s}";
  expect(ofGke({ keys: `network: {nat: none, ${existing}}` })).toEqual([
    expect.stringContaining("made-network cluster.network.nat: the network exists, and nothing of it is changed"),
  ]);
  expect(ofGke({ keys: `network: {${existing}}` })).toEqual([]);
});
