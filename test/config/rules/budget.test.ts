import { expect, test } from "vitest";
import { eks, ofEks, ofGke } from "../federation-of";

const budget = (text: string) => ofEks(eks("a").replace("budget: none\n", text));

test("a cluster of which nobody is told what it costs", () => {
  expect(budget("")).toEqual([expect.stringContaining("budget cluster: nobody is told what this cluster costs")]);
});

test("somebody is told, or somebody else watches", () => {
  expect(budget("budget: {monthlyUsd: 500, notify: [ops@a.example]}\n")).toEqual([]);
  expect(budget("budget: none\n")).toEqual([]);
});

test("the same of a cluster on Google Cloud", () => {
  expect(ofGke({ rest: "" })).toEqual([
    expect.stringContaining("budget cluster: nobody is told what this cluster costs"),
  ]);
  expect(ofGke({ rest: "budget: {monthlyUsd: 500, notify: [ops@a.example]}\n" })).toEqual([]);
});
