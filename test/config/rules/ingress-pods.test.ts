import { expect, test } from "vitest";
import { ofCluster } from "../federation-of";

const ingress = (keys: string) => ofCluster(`ingress: {${keys}}\n`);

test("an ingress of the cluster's, and nobody knows its pods", () => {
  expect(ingress("class: nginx")).toMatchObject([
    {
      code: "ingress-pods",
      line: 8,
      path: "ingress",
      message: "not said which pods the ingress nginx is, so users' pods cannot reach the site's data",
      fix: "write pods: {namespace: NAME}, or pods: none where it is outside the cluster",
    },
  ]);
});

test("pods of another ingress than the site's own Traefik", () => {
  expect(ingress("pods: {namespace: ingress-nginx}")).toMatchObject([
    { code: "ingress-pods", path: "ingress.pods", fix: "remove it, or name the class" },
  ]);
});

test("told, or outside the cluster", () => {
  expect(ingress("class: nginx, pods: {namespace: ingress-nginx}")).toEqual([]);
  expect(ingress("class: nginx, pods: {namespace: kube-system, select: {app: ingress}}")).toEqual([]);
  expect(ingress("class: alb, pods: none")).toEqual([]);
  expect(ingress("networks: [10.1.2.3/32]")).toEqual([]);
});
