import { BlockList } from "node:net";
import { expect, test } from "vitest";
import { homeNetwork } from "../../../../constructs/kubernetes/objects/home-network";

interface Peer {
  readonly ipBlock?: { readonly cidr: string };
  readonly namespaceSelector?: unknown;
  readonly podSelector?: unknown;
}

interface Spec {
  readonly podSelector: object;
  readonly policyTypes: readonly string[];
  readonly ingress: readonly {
    readonly from?: readonly Peer[];
    readonly ports: readonly { readonly port: number }[];
  }[];
}

function specOf(nodes: readonly string[] | null): Spec {
  const [policy, ...others] = homeNetwork({ namespace: "alps-homes-main", servicesNamespace: "alps-services", nodes });
  expect(others).toEqual([]);
  return policy?.spec as Spec;
}

/** Ports that an address may reach, whoever has it: peers by labels are nobody here. */
function portsFor(spec: Spec, address: string): number[] {
  const open = spec.ingress.filter(({ from }) => from === undefined || from.some((peer) => has(peer, address)));
  return open.flatMap(({ ports }) => ports.map(({ port }) => port));
}

function has({ ipBlock }: Peer, address: string): boolean {
  const [net = "", bits = ""] = ipBlock?.cidr.split("/") ?? [];
  const list = new BlockList();
  if (ipBlock) list.addSubnet(net, Number(bits));
  return list.check(address);
}

test("any pod could mount all homes: where nodes' addresses are known, nobody else may", () => {
  const spec = specOf(["10.30.0.0/24", "10.30.7.0/28"]);
  expect([spec.podSelector, spec.policyTypes]).toEqual([{}, ["Ingress"]]);
  for (const node of ["10.30.0.9", "10.30.7.15"]) expect(portsFor(spec, node), node).toEqual([2049]);
  for (const other of ["10.30.1.9", "10.30.7.16", "10.244.3.7", "192.0.2.1"])
    expect(portsFor(spec, other), other).toEqual([]);
});

test("where they are not, a node is as good as any pod; the server's other ports are closed to both", () => {
  expect(portsFor(specOf(null), "10.244.3.7")).toEqual([2049]);
});

test("the site's Prometheus reads what homes hold and the disk, and cannot mount", () => {
  for (const nodes of [null, ["10.30.0.0/24"]]) {
    const labelled = specOf(nodes).ingress.filter(({ from }) => from?.some((peer) => peer.podSelector));
    expect(labelled).toEqual([
      {
        from: [
          {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "alps-services" } },
            podSelector: {
              matchLabels: { "app.kubernetes.io/name": "prometheus", "app.kubernetes.io/component": "server" },
            },
          },
        ],
        ports: [7500, 9100].map((port) => ({ protocol: "TCP", port })),
      },
    ]);
  }
});
