import { expect, test } from "vitest";
import { zoneBlocks } from "../../../constructs/aws/subnets";

const zones = ["a", "b", "c", "d", "e", "f"];

test("an eighth for each zone, and a 256th of the last eighth for what is public", () => {
  const blocks = zoneBlocks("10.0.0.0/16", zones);
  expect(blocks.get("a")).toEqual({ private: "10.0.0.0/19", public: "10.0.224.0/24" });
  expect(blocks.get("f")).toEqual({ private: "10.0.160.0/19", public: "10.0.229.0/24" });
  expect(zoneBlocks("10.8.32.0/19", zones).get("b")).toEqual({ private: "10.8.36.0/22", public: "10.8.60.32/27" });
});

test("an address inside the network is its start; a zone at the end moves no other", () => {
  expect(zoneBlocks("10.0.7.9/16", ["a"])).toEqual(zoneBlocks("10.0.0.0/16", ["a"]));
  expect([...zoneBlocks("10.0.0.0/16", ["a", "b", "c"])].slice(0, 2)).toEqual([
    ...zoneBlocks("10.0.0.0/16", ["a", "b"]),
  ]);
  expect(() => zoneBlocks("10.0.0.0/16", [...zones, "g"])).toThrow("more than six zones");
});
