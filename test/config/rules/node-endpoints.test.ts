import { expect, test } from "vitest";
import { eks, ofEks } from "../federation-of";

const network = (endpoints: string, more = "") => ofEks(eks("a", { keys: `network: {nat: none${endpoints}}${more}` }));

test("without a NAT gateway, an endpoint is missing that nodes need", () => {
  const found = network(", endpoints: [ecr.api, ecr.dkr, ec2, sts]");
  expect(found).toEqual([
    expect.stringContaining(
      "node-endpoints cluster.network.endpoints: nodes without a NAT gateway would not become ready: no endpoint of eks, eks-auth",
    ),
  ]);
  expect(network(", endpoints: [ecr.api, ecr.dkr, ec2, eks, eks-auth]", "\n  podIdentity: {kind: irsa}")).toEqual([
    expect.stringContaining("no endpoint of sts"),
  ]);
});

test("all of them by default, those that pods need to be somebody, and any where there is a NAT gateway", () => {
  expect(network("")).toEqual([]);
  expect(network("", "\n  podIdentity: {kind: irsa}")).toEqual([]);
  expect(network(", endpoints: [ecr.api, ecr.dkr, ec2, eks, eks-auth]")).toEqual([]);
  expect(ofEks(eks("a", { keys: "network: {nat: one, endpoints: [sts]}" }))).toEqual([]);
});
