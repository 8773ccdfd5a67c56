import { expect, test } from "vitest";
import { clusterYaml, kubernetes, load, mainHome } from "../federation-of";

/** A site whose domain has so many characters. */
const domain = (length: number) => {
  const labels = `${"a".repeat(60)}.`.repeat(3) + "b".repeat(length - 3 * 61 - 4);
  const site = kubernetes("a", `${mainHome}hubs: {prod: {}}\n`).replace("a.fed.example", `${labels}.org`);
  return load({ "federation.yaml": clusterYaml, "sites/a.yaml": site }).faults;
};

test("a host that is longer than DNS takes", () => {
  expect(domain(250)).toMatchObject([
    {
      code: "host-length",
      line: 4,
      path: "domain",
      message: "the longest host below it has 255 characters",
      allowed: "253",
      fix: "use one that is 2 shorter",
    },
  ]);
});

test("one that just fits", () => {
  expect(domain(248)).toEqual([]);
});
