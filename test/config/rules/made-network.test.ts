import { expect, test } from "vitest";
import { eks, ofEks } from "../federation-of";

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
