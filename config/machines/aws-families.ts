/**
 * What AWS says of its machines, as others keep it: sizes, memory, GPUs and network interfaces
 * (https://github.com/aws/karpenter-provider-aws 1d92708, instance-types.md of 2026-07-11 and zz_generated.vpclimits.go of 2026-08-06;
 * https://github.com/awslabs/amazon-eks-ami 81fec2e, instance-info.jsonl, says the same of interfaces), disks
 * (https://github.com/kubernetes-sigs/aws-ebs-csi-driver 429e202, volume_limits_table.go of 2026-07-21) and prices
 * (karpenter-provider-aws v1.15.1, zz_generated.pricing_aws.go). Here are families with one law each; the rest is in `aws-types.ts`.
 */
import type { Unseen } from "./allocatable";
import { unseen } from "./aws-unseen";

export type Architecture = "amd64" | "arm64";

/** Where and when prices were as here: an hour on demand, with Linux. */
export const awsPrices = { region: "us-east-1", date: "2026-07-20", currency: "USD" } as const;

/** By vCPUs up to which a row holds: network interfaces, and IPv4 addresses on each. */
type Network = readonly (readonly [vcpu: number, interfaces: number, addresses: number])[];

export const networks = {
  classic: [
    [1, 2, 4],
    [2, 3, 10],
    [8, 4, 15],
    [48, 8, 30],
    [Number.POSITIVE_INFINITY, 15, 50],
  ],
  intel8: [
    [2, 3, 20],
    [8, 4, 30],
    [16, 8, 50],
    [32, 10, 50],
    [48, 12, 50],
    [96, 16, 64],
    [Number.POSITIVE_INFINITY, 24, 64],
  ],
  amd8: [
    [1, 2, 4],
    [2, 3, 20],
    [4, 4, 20],
    [8, 4, 40],
    [16, 8, 40],
    [32, 10, 40],
    [48, 12, 64],
    [96, 16, 64],
    [Number.POSITIVE_INFINITY, 24, 64],
  ],
} as const satisfies Record<string, Network>;

/**
 * Disks that a machine takes, the one that it starts from among them: `shared` with network interfaces but the first and with disks
 * inside the machine, or a number of their own that grows with the machine: [vCPUs up to which it holds, disks].
 */
export const disks = {
  shared: 27,
  own: [
    [48, 32],
    [64, 48],
    [96, 64],
    [128, 88],
    [Number.POSITIVE_INFINITY, 128],
  ],
} as const;

/** Families whose machines follow from their sizes: a machine has its part of vCPUs, and of memory and price by vCPU. */
export interface Line {
  readonly architecture: Architecture;
  readonly network: keyof typeof networks;
  readonly disks: keyof typeof disks;
  readonly unseen?: Unseen;
  /** Separated by blanks. */
  readonly sizes: string;
  /** GiB of memory and price, each of one vCPU. */
  readonly families: Readonly<Record<string, readonly [gib: number, price: number]>>;
}

const upTo24 = "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge";
const upTo16 = "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge";

const fifth = { architecture: "amd64", network: "classic", disks: "shared", sizes: upTo24 } as const;
const seventh = { architecture: "amd64", network: "classic", disks: "own" } as const;
const intel8 = { architecture: "amd64", network: "intel8", disks: "own" } as const;
const arm = { architecture: "arm64", network: "classic", sizes: `medium ${upTo16}` } as const;

export const lines: readonly Line[] = [
  { ...fifth, families: { m5: [4, 0.048] } },
  { ...fifth, unseen: unseen.cascadeLake, families: { m5n: [4, 0.0595], r5: [8, 0.063], r5n: [8, 0.0745] } },
  {
    ...{ ...fifth, unseen: unseen.c5, sizes: "large xlarge 2xlarge 4xlarge 9xlarge 12xlarge 18xlarge 24xlarge" },
    families: { c5: [2, 0.0425] },
  },
  { ...fifth, unseen: unseen.m5a, families: { m5a: [4, 0.043] } },
  { ...fifth, unseen: unseen.r5a, families: { r5a: [8, 0.0565] } },
  { ...fifth, unseen: unseen.rome, families: { c5a: [2, 0.0385] } },
  {
    ...{ ...fifth, unseen: unseen.iceLake, sizes: `${upTo24} 32xlarge` },
    families: { m6i: [4, 0.048], c6i: [2, 0.0425], r6i: [8, 0.063] },
  },
  {
    ...{ ...fifth, unseen: unseen.milan, sizes: `${upTo24} 32xlarge 48xlarge` },
    families: { m6a: [4, 0.0432], c6a: [2, 0.03825], r6a: [8, 0.0567] },
  },
  {
    ...{ ...seventh, unseen: unseen.iceLake, sizes: `${upTo24} 48xlarge` },
    families: { m7i: [4, 0.0504], c7i: [2, 0.044625], r7i: [8, 0.06615] },
  },
  {
    ...{ ...seventh, unseen: unseen.iceLake, sizes: upTo16 },
    families: { "m7i-flex": [4, 0.04788], "c7i-flex": [2, 0.04239375] },
  },
  { ...seventh, sizes: `${upTo16} 32xlarge`, families: { r7iz: [8, 0.093] } },
  {
    ...{ ...seventh, unseen: unseen.milan, sizes: `medium ${upTo24} 32xlarge 48xlarge` },
    families: { m7a: [4, 0.05796], c7a: [2, 0.05132], r7a: [8, 0.076075] },
  },
  {
    ...{ ...intel8, sizes: `${upTo24} 32xlarge 48xlarge 96xlarge` },
    families: { m8i: [4, 0.05292], c8i: [2, 0.046855], r8i: [8, 0.06946] },
  },
  {
    ...{ ...intel8, sizes: upTo16 },
    families: { "m8i-flex": [4, 0.050275], "c8i-flex": [2, 0.04451], "r8i-flex": [8, 0.065985] },
  },
  {
    ...{ ...seventh, network: "amd8", sizes: `medium ${upTo24} 48xlarge` },
    families: { m8a: [4, 0.06086], c8a: [2, 0.053885], r8a: [8, 0.07988] },
  },
  { ...arm, disks: "shared", families: { m6g: [4, 0.0385] } },
  {
    ...{ ...arm, disks: "shared", unseen: unseen.graviton },
    families: { c6g: [2, 0.034], r6g: [8, 0.0504], m7g: [4, 0.0408], c7g: [2, 0.03625], r7g: [8, 0.05355] },
  },
  {
    ...{ ...arm, disks: "own", sizes: `medium ${upTo24} 48xlarge` },
    families: { m8g: [4, 0.04488], c8g: [2, 0.03988], r8g: [8, 0.05891] },
  },
];

/** Machines whose price AWS rounds further than to hundred-thousandths. */
export const rounded: Readonly<Record<string, number>> = { "r7g.medium": 0.0536, "c7g.medium": 0.0363 };
