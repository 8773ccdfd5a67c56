import { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group";
import { Eip } from "@cdktf/provider-aws/lib/eip";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { NatGateway } from "@cdktf/provider-aws/lib/nat-gateway";
import { Route } from "@cdktf/provider-aws/lib/route";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { privateSubnetName } from "../../config/aws-names";
import type { ResolvedAwsCluster } from "../../config/resolve/aws-cluster";
import { type ZoneBlocks, zoneBlocks } from "./subnets";

type MadeNetwork = Extract<ResolvedAwsCluster["network"], { kind: "made" }>;

export interface NetworkProps {
  /** The cluster's name: by it the cluster's load balancers find their subnets. */
  readonly name: string;
  readonly region: string;
  readonly zones: readonly string[];
  readonly network: MadeNetwork;
}

/** Subnets by zone. Parts may be known only to the engine. */
export interface Subnets {
  readonly privateSubnets: Readonly<Record<string, string>>;
  /** What nodes need to be there before they can reach anything. */
  readonly ways: ITerraformDependable[];
  /** The id of the network that is made, as a reference without braces. */
  readonly madeNetwork: string | null;
}

/** A network of private subnets for nodes and pods, and public ones for load balancers; S3 is reached without the internet. */
export class Network extends Construct implements Subnets {
  readonly privateSubnets: Readonly<Record<string, string>>;
  readonly ways: ITerraformDependable[] = [];
  readonly madeNetwork: string;
  private readonly vpc: Vpc;
  private readonly tables = new Map<string, RouteTable>();

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const { name, zones, network } = props;
    this.vpc = new Vpc(this, "vpc", {
      cidrBlock: network.cidr,
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: { Name: name },
    });
    this.madeNetwork = `${this.vpc.terraformResourceType}.${this.vpc.friendlyUniqueId}.id`;
    // The group that AWS makes with each network lets its members reach each other; nobody is a member. Rules are told to be
    // none, since what is not told is taken as it is found.
    new DefaultSecurityGroup(this, "closed", { vpcId: this.vpc.id, ingress: [], egress: [] });
    const blocks = [...zoneBlocks(network.cidr, zones)];
    this.privateSubnets = Object.fromEntries(
      blocks.map(([zone, block]) => [zone, this.privateSubnet(name, zone, block)]),
    );
    const publicSubnets = new Map(blocks.map(([zone, block]) => [zone, this.publicSubnet(name, zone, block)]));
    this.openPublic(name, publicSubnets);
    this.openPrivate(props, publicSubnets);
    this.endpoints(props);
  }

  private privateSubnet(name: string, zone: string, block: ZoneBlocks): string {
    const subnet = new Subnet(this, `private-${zone}`, {
      vpcId: this.vpc.id,
      availabilityZone: zone,
      cidrBlock: block.private,
      tags: { Name: privateSubnetName(name, zone), "kubernetes.io/role/internal-elb": "1" },
    });
    const table = new RouteTable(this, `private-${zone}-routes`, {
      vpcId: this.vpc.id,
      tags: { Name: privateSubnetName(name, zone) },
    });
    new RouteTableAssociation(this, `private-${zone}-association`, { subnetId: subnet.id, routeTableId: table.id });
    this.tables.set(zone, table);
    return subnet.id;
  }

  private publicSubnet(name: string, zone: string, block: ZoneBlocks): Subnet {
    return new Subnet(this, `public-${zone}`, {
      vpcId: this.vpc.id,
      availabilityZone: zone,
      cidrBlock: block.public,
      tags: { Name: `${name}-public-${zone}`, "kubernetes.io/role/elb": "1" },
    });
  }

  private openPublic(name: string, subnets: ReadonlyMap<string, Subnet>): void {
    const gateway = new InternetGateway(this, "internet", { vpcId: this.vpc.id, tags: { Name: name } });
    const table = new RouteTable(this, "public-routes", { vpcId: this.vpc.id, tags: { Name: `${name}-public` } });
    const route = new Route(this, "public-internet", {
      routeTableId: table.id,
      destinationCidrBlock: "0.0.0.0/0",
      gatewayId: gateway.id,
    });
    this.ways.push(route);
    for (const [zone, subnet] of subnets)
      new RouteTableAssociation(this, `public-${zone}-association`, { subnetId: subnet.id, routeTableId: table.id });
  }

  /** One gateway for all zones, or one in each: then a zone that fails takes no other with it. */
  private openPrivate({ name, zones, network }: NetworkProps, publicSubnets: ReadonlyMap<string, Subnet>): void {
    if (network.nat === "none") return;
    const places = network.nat === "one" ? zones.slice(0, 1) : zones;
    const gateways = new Map(places.map((zone) => [zone, this.natGateway(name, zone, publicSubnets.get(zone))]));
    for (const [zone, table] of this.tables) {
      const gateway = gateways.get(zone) ?? [...gateways.values()][0];
      if (!gateway) continue;
      const route = new Route(this, `private-${zone}-internet`, {
        routeTableId: table.id,
        destinationCidrBlock: "0.0.0.0/0",
        natGatewayId: gateway.id,
      });
      this.ways.push(route);
    }
  }

  private natGateway(name: string, zone: string, subnet: Subnet | undefined): NatGateway {
    if (!subnet) throw new Error(`no public subnet in ${zone}`);
    const tags = { Name: `${name}-nat-${zone}` };
    const address = new Eip(this, `nat-${zone}-address`, { domain: "vpc", tags });
    const dependsOn = [...this.ways]; // one in a network without a way to the internet fails, and says so minutes later
    return new NatGateway(this, `nat-${zone}`, { subnetId: subnet.id, allocationId: address.id, tags, dependsOn });
  }

  /** S3's at no cost, so that bulk reads never cross a NAT gateway; others for each that is asked for. */
  private endpoints({ name, region, zones, network }: NetworkProps): void {
    const store = new VpcEndpoint(this, "s3", {
      vpcId: this.vpc.id,
      serviceName: `com.amazonaws.${region}.s3`,
      vpcEndpointType: "Gateway",
      routeTableIds: [...this.tables.values()].map((table) => table.id),
      tags: { Name: `${name}-s3` },
    });
    this.ways.push(store);
    if (network.endpoints.length === 0) return;
    const group = new SecurityGroup(this, "endpoints", {
      vpcId: this.vpc.id,
      name: `${name}-endpoints`,
      description: "AWS services that are reached from inside the network",
      ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: [network.cidr], description: "TLS" }],
      tags: { Name: `${name}-endpoints` },
    });
    for (const service of network.endpoints) {
      const endpoint = new VpcEndpoint(this, service.replaceAll(".", "-"), {
        vpcId: this.vpc.id,
        serviceName: `com.amazonaws.${region}.${service}`,
        vpcEndpointType: "Interface",
        privateDnsEnabled: true,
        subnetIds: zones.flatMap((zone) => this.privateSubnets[zone] ?? []),
        securityGroupIds: [group.id],
        tags: { Name: `${name}-${service}` },
      });
      this.ways.push(endpoint);
    }
  }
}
