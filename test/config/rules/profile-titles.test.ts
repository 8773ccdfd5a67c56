import { expect, test } from "vitest";
import { hpc, load, ofHub } from "../federation-of";

const other = (title: string) => ofHub(`profiles: {r: {title: ${title}, image: "docker.io/rocker/binder:4.5"}}`);

test("two profiles of one title", () => {
  expect(other("Small")).toMatchObject([
    {
      code: "profile-titles",
      line: 9,
      path: "hubs.prod.profiles.r.title",
      message: "profile small has this title too",
      got: "Small",
      fix: "change one of them",
    },
  ]);
  const local = "hubs: {p: {ports: 9010, profiles: {big: {title: Small, cores: 2, memory: 4Gi}}}}\n";
  expect(load({ "sites/a.yaml": hpc("a", 9000, local) }).faults).toMatchObject([{ code: "profile-titles" }]);
});

test("titles of their own", () => {
  expect(other("R")).toEqual([]);
});
