import { ComputeNetwork } from "@cdktf/provider-google/lib/compute-network";
import { ComputeRouter } from "@cdktf/provider-google/lib/compute-router";
import { ComputeRouterNat } from "@cdktf/provider-google/lib/compute-router-nat";
import { ComputeSubnetwork } from "@cdktf/provider-google/lib/compute-subnetwork";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { subnetRanges } from "../../config/google-names";
import type { ResolvedGoogleCluster } from "../../config/resolve/google-cluster";
import { networkRanges } from "./ranges";

type MadeNetwork = Extract<ResolvedGoogleCluster["network"], { kind: "made" }>;

export interface NetworkProps {
  /** The cluster's name. */
  readonly name: string;
  readonly region: string;
  readonly network: MadeNetwork;
  readonly dependsOn: ITerraformDependable[];
}

/** Where nodes are. Parts may be known only to the engine. */
export interface Subnet {
  readonly network: string;
  readonly subnet: string;
  /** Names of its secondary ranges. */
  readonly pods: string;
  readonly services: string;
  /** What nodes need to be there before they can reach anything. */
  readonly ways: ITerraformDependable[];
}

/**
 * A network with one subnet, for nodes, pods and services. Nodes have no address of their own in the internet; Google's services, buckets
 * among them, are reached all the same (Private Google Access), so that bulk reads never cross the NAT.
 */
export class Network extends Construct implements Subnet {
  readonly network: string;
  readonly subnet: string;
  readonly pods = subnetRanges.pods;
  readonly services = subnetRanges.services;
  readonly ways: ITerraformDependable[] = [];

  constructor(scope: Construct, id: string, { name, region, network, dependsOn }: NetworkProps) {
    super(scope, id);
    const made = new ComputeNetwork(this, "network", {
      name,
      autoCreateSubnetworks: false,
      routingMode: "REGIONAL",
      dependsOn,
    });
    const ranges = networkRanges(network.cidr);
    const subnet = new ComputeSubnetwork(this, "subnet", {
      name,
      region,
      network: made.id,
      ipCidrRange: ranges.nodes,
      privateIpGoogleAccess: true,
      secondaryIpRange: [
        { rangeName: this.pods, ipCidrRange: ranges.pods },
        { rangeName: this.services, ipCidrRange: ranges.services },
      ],
    });
    this.network = made.id;
    this.subnet = subnet.id;
    if (network.nat === "one") this.openOut(name, region, made.id);
  }

  /** One for all zones: it is no machine, and knows none. */
  private openOut(name: string, region: string, network: string): void {
    const router = new ComputeRouter(this, "router", { name, region, network });
    const nat = new ComputeRouterNat(this, "nat", {
      name,
      region,
      router: router.name,
      natIpAllocateOption: "AUTO_ONLY",
      sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
      // Many pods of a node ask one store at a time: each of a node's 64 ports would be the end of it.
      enableDynamicPortAllocation: true,
      enableEndpointIndependentMapping: false,
      minPortsPerVm: 64,
      maxPortsPerVm: 8192,
      logConfig: { enable: true, filter: "ERRORS_ONLY" },
    });
    this.ways.push(nat);
  }
}
