import { expect, test } from "vitest";
import { networkRanges } from "../../../constructs/google/ranges";

test.each([
  ["10.0.0.0/12", { pods: "10.0.0.0/13", nodes: "10.8.0.0/20", services: "10.8.16.0/20" }],
  ["10.64.0.0/10", { pods: "10.64.0.0/11", nodes: "10.96.0.0/20", services: "10.96.16.0/20" }],
  ["172.16.0.0/16", { pods: "172.16.0.0/17", nodes: "172.16.128.0/20", services: "172.16.144.0/20" }],
  ["10.20.30.40/16", { pods: "10.20.0.0/17", nodes: "10.20.128.0/20", services: "10.20.144.0/20" }],
])("%s", (cidr, ranges) => {
  expect(networkRanges(cidr)).toEqual(ranges);
});
