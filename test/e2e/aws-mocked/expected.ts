import { type Equal, issuer, roleArn } from "../../aws/mocked";
import { resourcesOf } from "../../aws/policies";

type Stacks = ReadonlyMap<string, string>;

/** What must be equal in each stack of a federation once it is made. */
export type Expected = Readonly<Record<string, readonly Equal[]>>;

const text = (value: unknown) => JSON.stringify(value);

/** What parts of a site's stacks must be once they are made. */
class Site {
  constructor(
    private readonly stacks: Stacks,
    private readonly federation: string,
    private readonly site: string,
  ) {}

  /** Addresses of a stack's resources of one type whose name begins so. */
  addresses(stack: string, type: string, name = ""): string[] {
    const of = resourcesOf(this.stacks.get(`${this.site}-${stack}`) ?? "{}");
    const found = [...of.keys()].filter((at) => at.startsWith(`${type}.${name}`));
    if (found.length === 0) throw new Error(`${this.site}-${stack} has no ${type}.${name}`);
    return found;
  }

  private address(stack: string, type: string, name = ""): string {
    const [first = ""] = this.addresses(stack, type, name);
    return first;
  }

  private get prefix() {
    return `${this.federation}-${this.site}`;
  }

  private role(name: string): string {
    return text(roleArn(`${this.prefix}-${name}`));
  }

  /** A bucket's aspects are of that bucket, and its policy speaks of it. */
  buckets(...ids: readonly string[]): Equal[] {
    return ids.flatMap((id) => {
      const name = `${this.prefix}-${id}`;
      const aspects = ["policy", "lifecycle_configuration", "public_access_block", "ownership_controls"];
      const of = aspects.map((what) => this.address("lake", `aws_s3_bucket_${what}`, `${id}_`));
      return [
        ...of.map((at): Equal => [`${at}.bucket`, text(name)]),
        [`jsondecode(${of[0]}.policy).Statement[0].Resource[0]`, text(`arn:aws:s3:::${name}`)],
      ];
    });
  }

  /** These buckets are encrypted by the lake's one key; whoever may read a public one has no key. */
  encrypted(...ids: readonly string[]): Equal[] {
    const key = this.address("lake", "aws_kms_key");
    return ids.map((id) => {
      const at = this.address("lake", "aws_s3_bucket_server_side_encryption_configuration", `${id}_`);
      return [`one(${at}.rule).apply_server_side_encryption_by_default[0].kms_master_key_id`, `${key}.arn`];
    });
  }

  /** S3 copies what of a bucket begins so into another, as a role that may write there. */
  copies(bucket: string, prefix: string, into: string): Equal[] {
    const copies = this.address("grants", "aws_s3_bucket_replication_configuration", `mirrors_of-${bucket}_`);
    const rule = `[for one in ${copies}.rule : one if one.destination[0].bucket == ${text(`arn:aws:s3:::${into}`)}]`;
    const policy = this.address("grants", "aws_iam_role_policy", "mirrors_");
    return [
      [`${copies}.role`, this.role("mirrors")],
      [`one(${rule}).filter[0].prefix`, text(prefix)],
      [`${policy}.role`, text(`${this.prefix}-mirrors`)],
    ];
  }

  disk(): Equal[] {
    const snapshots = "aws_dlm_lifecycle_policy.main-snapshots";
    return [
      [`${snapshots}.policy_details[0].target_tags["Name"]`, 'aws_ebs_volume.main.tags["Name"]'],
      [`${snapshots}.execution_role_arn`, this.role("snapshots")],
    ];
  }

  /** The control plane is its role's, in these subnets, and its secrets are encrypted by its key. */
  controlPlane(...subnets: readonly string[]): Equal[] {
    const cluster = this.address("cluster", "aws_eks_cluster");
    return [
      [`${cluster}.role_arn`, this.role("control-plane")],
      [`toset(${cluster}.vpc_config[0].subnet_ids)`, `toset(${text(subnets)})`],
      [`${cluster}.encryption_config[0].provider[0].key_arn`, `${this.address("cluster", "aws_kms_key")}.arn`],
    ];
  }

  /** Nodes are their role's, of the newest template, and in this subnet but where GPUs are. */
  nodes(subnet: string): Equal[] {
    const groups = this.addresses("cluster", "aws_eks_node_group").flatMap((group): Equal[] => [
      [`${group}.node_role_arn`, this.role("node")],
      [`${group}.launch_template[0].version`, text("7")],
      ...(group.includes(".gpu-") ? [] : [[`toset(${group}.subnet_ids)`, `toset(${text([subnet])})`] as const]),
    ]);
    const tags = this.addresses("cluster", "aws_autoscaling_group_tag").map(
      (tag): Equal => [`${tag}.autoscaling_group_name`, text("mocked-machines")],
    );
    return [...groups, ...tags];
  }

  /** Nodes reach the internet by a gateway that is in a public subnet. */
  ways(zone: string): Equal[] {
    const nat = this.address("cluster", "aws_nat_gateway");
    const routes = this.addresses("cluster", "aws_route", "network_private");
    return [
      [`${nat}.subnet_id`, text(`${this.prefix}-public-${zone}`)],
      ...routes.map((route): Equal => [`${route}.nat_gateway_id`, `${nat}.id`]),
    ];
  }

  /** Where there is no such gateway, nodes reach AWS itself by end points in their own subnets. */
  endpoints(...subnets: readonly string[]): Equal[] {
    const group = this.address("cluster", "aws_security_group", "network_endpoints_");
    const all = this.addresses("cluster", "aws_vpc_endpoint").filter((at) => !at.includes("network_s3_"));
    return all.flatMap((at): Equal[] => [
      [`toset(${at}.subnet_ids)`, `toset(${text(subnets)})`],
      [`one(${at}.security_group_ids)`, `${group}.id`],
    ]);
  }

  /** Add-ons take their roles by the cluster's agent. */
  addOns(): Equal[] {
    return ["vpc-cni", "aws-ebs-csi-driver"].map((name): Equal => {
      const addOn = this.address("cluster", "aws_eks_addon", `add-ons_${name}_`);
      return [`one(${addOn}.pod_identity_association).role_arn`, this.role(name)];
    });
  }

  /** Add-ons take their roles by tokens of an issuer that the account knows. */
  tokenAddOns(): Equal[] {
    const own = ["vpc-cni", "aws-ebs-csi-driver"].map((name): Equal => {
      const addOn = this.address("cluster", "aws_eks_addon", `add-ons_${name}_`);
      return [`${addOn}.service_account_role_arn`, this.role(name)];
    });
    return [["aws_iam_openid_connect_provider.token-issuer.url", text(issuer)], ...own];
  }

  /** A role of pods: what binds it binds that one, and its rights are its own. */
  podRole(stack: string, id: string, name: string): Equal[] {
    const association = this.address(stack, "aws_eks_pod_identity_association", `${id}_`);
    return [[`${association}.role_arn`, this.role(name)], this.rights(stack, id, name)];
  }

  private rights(stack: string, id: string, name: string): Equal {
    return [`${this.address(stack, "aws_iam_role_policy", `${id}_`)}.role`, text(`${this.prefix}-${name}`)];
  }

  /** The same by tokens: the role trusts the account's issuer, and one service account alone. */
  tokenRole(stack: string, id: string, name: string, account: string): Equal[] {
    const trust = `jsondecode(${this.address(stack, "aws_iam_role", `${id}_`)}.assume_role_policy).Statement[0]`;
    const host = issuer.replace("https://", "");
    return [
      [`${trust}.Principal.Federated`, text(`arn:aws:iam::111122223333:oidc-provider/${host}`)],
      [`${trust}.Condition.StringEquals[${text(`${host}:sub`)}]`, text(`system:serviceaccount:${account}`)],
      this.rights(stack, id, name),
    ];
  }

  /** Programs that write names may do so in the zone that was looked up. */
  zones(): Equal[] {
    return ["cert-manager", "external-dns"].map((id): Equal => {
      const policy = this.address("services", "aws_iam_role_policy", `${id}-identity`);
      return [`jsondecode(${policy}.policy).Statement[0].Resource`, text("arn:aws:route53:::hostedzone/Z0MOCKED")];
    });
  }

  subnets(...zones: readonly string[]): string[] {
    return zones.map((zone) => `${this.prefix}-private-${zone}`);
  }

  /** What is a program's or a hub's is in this site's cluster. */
  found(): Equal[] {
    return [["data.aws_eks_cluster.cluster.name", text(this.prefix)]];
  }
}

/** A site with everything: GPUs, names in a zone, a workshop. */
export function clouds(stacks: Stacks): Expected {
  const site = new Site(stacks, "pangeo", "cascadia");
  const subnets = site.subnets("us-west-2a", "us-west-2b");
  return {
    "cascadia-lake": site.buckets("drafts", "library", "persistent", "scratch"),
    "cascadia-homes": site.disk(),
    "cascadia-cluster": [
      ...site.controlPlane(...subnets),
      ...site.nodes(subnets[0] ?? ""),
      ...site.ways("us-west-2a"),
      ...site.addOns(),
    ],
    "cascadia-services": [
      ...site.podRole("services", "autoscaler-identity", "cluster-autoscaler"),
      ...site.podRole("services", "cert-manager-identity", "cert-manager"),
      ...site.podRole("services", "external-dns-identity", "external-dns"),
      ...site.podRole("services", "identity", "scratch-expiry"),
      ...site.zones(),
    ],
    "cascadia-prod": site.podRole("prod", "identity", "hub-prod"),
    "cascadia-agu-workshop": site.podRole("agu-workshop", "identity", "hub-agu-workshop"),
    "cascadia-catalog": site.found(),
  };
}

/** A network that exists; one zone, no way out, CPUs alone and roles by tokens. */
export function networks(stacks: Stacks): Expected {
  const [harbor, shoal] = [new Site(stacks, "shores", "harbor"), new Site(stacks, "shores", "shoal")];
  const subnets = shoal.subnets("us-west-2a", "us-west-2b");
  return {
    "harbor-lake": harbor.buckets("library", "scratch"),
    "harbor-homes": harbor.disk(),
    "harbor-cluster": [
      ...harbor.controlPlane("subnet-0a1b2c3d4e5f60711", "subnet-0a1b2c3d4e5f60712"),
      ...harbor.nodes("subnet-0a1b2c3d4e5f60711"),
      ...harbor.addOns(),
    ],
    "harbor-services": [
      ...harbor.podRole("services", "autoscaler-identity", "cluster-autoscaler"),
      ...harbor.podRole("services", "identity", "scratch-expiry"),
    ],
    "harbor-prod": harbor.podRole("prod", "identity", "hub-prod"),
    "harbor-catalog": harbor.found(),
    "shoal-lake": shoal.buckets("scratch"),
    "shoal-homes": shoal.disk(),
    "shoal-cluster": [
      ...shoal.controlPlane(...subnets),
      ...shoal.nodes(subnets[0] ?? ""),
      ...shoal.endpoints(...subnets),
      ...shoal.tokenAddOns(),
    ],
    "shoal-services": [
      ...shoal.tokenRole("services", "autoscaler-identity", "cluster-autoscaler", "shoal-services:cluster-autoscaler"),
      ...shoal.tokenRole("services", "identity", "scratch-expiry", "shoal-services:scratch-expiry"),
    ],
    "shoal-prod": shoal.tokenRole("prod", "identity", "hub-prod", "shoal-prod:user-sa"),
    "shoal-catalog": shoal.found(),
  };
}

/** The subnets of the network that exists are where the config says. */
export const lookups = ["private", "public"].flatMap((kind) =>
  ["us-west-2a", "us-west-2b"].map((zone) => ({
    target: `data.aws_subnet.${kind}Subnets-${zone}`,
    values: { vpc_id: "vpc-0a1b2c3d4e5f60718", availability_zone: zone },
  })),
);

/** Two accounts in three regions, with copies and grants between them. */
export function accounts(stacks: Stacks): Expected {
  const [cascadia, rhine] = [new Site(stacks, "strata", "cascadia"), new Site(stacks, "strata", "rhine")];
  const delta = new Site(stacks, "strata", "delta");
  const cluster = (site: Site, region: string): Equal[] => {
    const subnets = site.subnets(`${region}a`, `${region}b`);
    return [...site.controlPlane(...subnets), ...site.nodes(subnets[0] ?? ""), ...site.ways(`${region}a`)];
  };
  const services = (site: Site): Equal[] => [
    ...site.podRole("services", "autoscaler-identity", "cluster-autoscaler"),
    ...site.podRole("services", "identity", "scratch-expiry"),
  ];
  return {
    "cascadia-lake": [
      ...cascadia.buckets("drafts", "internal", "joint", "library", "scratch"),
      ...cascadia.encrypted("drafts", "internal", "joint", "scratch"),
    ],
    "cascadia-grants": cascadia.copies("library", "era5/monthly/", "strata-rhine-library"),
    "cascadia-cluster": cluster(cascadia, "us-west-2"),
    "cascadia-services": services(cascadia),
    "cascadia-prod": cascadia.podRole("prod", "identity", "hub-prod"),
    "cascadia-workshop": cascadia.podRole("workshop", "identity", "hub-workshop"),
    "cascadia-catalog": cascadia.found(),
    "rhine-lake": rhine.buckets("forecasts", "library", "scratch"),
    "rhine-grants": [
      ...rhine.copies("library", "levels", "strata-cascadia-library"),
      ...rhine.copies("library", "levels", "strata-delta-copies"),
    ],
    "rhine-cluster": cluster(rhine, "eu-central-1"),
    "rhine-services": services(rhine),
    "rhine-prod": rhine.podRole("prod", "identity", "hub-prod"),
    "rhine-staging": rhine.podRole("staging", "identity", "hub-staging"),
    "rhine-catalog": rhine.found(),
    "delta-lake": [...delta.buckets("copies", "surveys", "tides"), ...delta.encrypted("surveys", "tides")],
  };
}
