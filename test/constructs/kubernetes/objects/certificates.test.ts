import { expect, test } from "vitest";
import {
  acmeIssuer,
  byPage,
  byRecord,
  wildcardCertificate,
} from "../../../../constructs/kubernetes/objects/certificates";
import { hubObjects } from "../../../../constructs/kubernetes/objects/hub";
import { hubProps } from "./hub-props";

const place = { nodeSelector: { role: "core" } };

test("a hub's host is proved by a pod in its own namespace, which has no node ports and closes all pods: this one is let", () => {
  const { http01 } = byPage("alps", place) as { http01: { ingress: object } };
  expect(http01.ingress).toEqual({
    ingressClassName: "alps",
    serviceType: "ClusterIP", // a node port, cert-manager's default, is beyond the hub's quota
    podTemplate: { spec: place },
  });
  const objects = hubObjects(hubProps("prod"));
  const quota = objects.find(({ kind }) => kind === "ResourceQuota");
  expect(quota?.spec).toMatchObject({ hard: { "services.nodeports": "0" } });
  const policy = objects.find(({ metadata }) => metadata.name === "certificate-proof");
  // Label and port are cert-manager's.
  expect(policy?.spec).toEqual({
    podSelector: { matchLabels: { "acme.cert-manager.io/http01-solver": "true" } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ ports: [{ protocol: "TCP", port: 8089 }] }],
    egress: [],
  });
});

test("a zone that is managed proves all hosts at once: one certificate, its issuer's key in no object", () => {
  const solver = byRecord({
    nameserver: "ns.alps.example:53",
    keyName: "isthmus",
    algorithm: "hmac-sha512",
    secret: { name: "zone-key", key: "key" },
  });
  expect(acmeIssuer({ name: "alps", email: "ops@alps.example", server: "https://acme.example", solver }).spec).toEqual({
    acme: {
      email: "ops@alps.example",
      server: "https://acme.example",
      privateKeySecretRef: { name: "alps-acme-account" },
      solvers: [
        {
          dns01: {
            rfc2136: {
              nameserver: "ns.alps.example:53",
              tsigKeyName: "isthmus",
              tsigAlgorithm: "HMACSHA512",
              tsigSecretSecretRef: { name: "zone-key", key: "key" },
            },
          },
        },
      ],
    },
  });
  expect(wildcardCertificate("alps", "alps-services", "alps.example").spec).toMatchObject({
    dnsNames: ["alps.example", "*.alps.example"],
    issuerRef: { kind: "ClusterIssuer", name: "alps" },
  });
});
