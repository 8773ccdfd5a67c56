import { expect, test } from "vitest";
import { dueOf, type Program } from "../../../bin/status/programs";

test("a stopped program of an expired hub is no fault of its site; a running one is still shown", () => {
  const program = (name: string, id: string, state: string): Program => ({ name, id, state, health: "none" });
  const all = [
    program("nginx", "base", "STOPPED"),
    program("workshop-hub", "workshop", "STOPPED"),
    program("workshop-proxy", "workshop", "RUNNING"),
  ];
  expect(dueOf(all, (id) => id === "workshop").map((p) => p.name)).toEqual(["nginx", "workshop-proxy"]);
});
