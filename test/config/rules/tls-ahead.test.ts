import { expect, test } from "vitest";
import { ofCluster } from "../federation-of";

test("something ends TLS, and anybody could say that it is that", () => {
  expect(ofCluster("tls: {kind: ahead}\n")).toMatchObject([
    {
      code: "tls-ahead",
      line: 8,
      path: "tls",
      message: "not said from which addresses what ends TLS reaches Traefik",
      fix: "write tls: {kind: ahead, from: [ADDRESS/BITS]}",
    },
  ]);
});

test("addresses for an ingress that somebody else configures", () => {
  expect(ofCluster("tls: {kind: ahead, from: [10.1.0.7/32]}\ningress: {class: nginx, pods: none}\n")).toMatchObject([
    {
      code: "tls-ahead",
      path: "tls.from",
      message: "whom the ingress nginx believes is said where it is configured, not here",
      fix: "remove it",
    },
  ]);
});

test("told for Traefik, not told for another", () => {
  expect(ofCluster("tls: {kind: ahead, from: [10.1.0.7/32]}\n")).toEqual([]);
  expect(ofCluster("tls: {kind: ahead}\ningress: {class: nginx, pods: none}\n")).toEqual([]);
});

test("nobody at all cannot be written", () => {
  expect(ofCluster("tls: {kind: ahead, from: []}\n")).toMatchObject([{ code: "schema", path: "tls.from" }]);
});
