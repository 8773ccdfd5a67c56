import { expect, test } from "vitest";
import { ofHub } from "../federation-of";

const two = "user: {for: user, select: {role: user}, vcpu: 8, memory: 64Gi, maxNodes: 2}";
const warm = (users: number) => ofHub(`placeholders: {users: ${users}}, profiles: {small: {sizes: [8Gi, 2Gi]}}`, two);

test("places for which there is never room", () => {
  expect(warm(15)).toMatchObject([
    {
      code: "placeholders",
      line: 9,
      path: "hubs.prod.placeholders.users",
      message: "pool user never has room for so many of the default size",
      got: "15",
      allowed: "at most 14",
      fix: "lower it, or raise maxNodes of user",
    },
  ]);
});

test("as many as there is room for", () => {
  expect(warm(14)).toEqual([]);
});
