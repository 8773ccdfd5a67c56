/**
 * What Google says of its machines, as others keep it. Sizes and prices: https://github.com/kubernetes/autoscaler 87639e1,
 * cluster-autoscaler/cloudprovider/gce/gce_price_info.go as of 2026-06-22, which names types with their prices; memory follows, since a
 * machine costs what its vCPUs and its memory cost. NVIDIA L4 and A100 alone: https://github.com/skypilot-org/skypilot-catalog 006059e,
 * catalogs/v8/gcp/vms.csv. Disks: https://github.com/kubernetes-sigs/gcp-compute-persistent-disk-csi-driver b560165 of 2026-08-18,
 * node.go. Prices of spot machines change by the month and are not here.
 */

/** Where and when prices were as here: an hour on demand, with Linux. */
export const googlePrices = { region: "us-central1", date: "2026-06-22", currency: "USD" } as const;

/** Machines of one memory by vCPU. */
export interface MachineClass {
  /** GiB of one vCPU. */
  readonly gib: number;
  /** vCPUs, separated by blanks. */
  readonly sizes: string;
  /** Machines that have other memory than their vCPUs say: vCPUs -> GiB. */
  readonly uneven?: Readonly<Record<number, number>>;
}

export interface MachineFamily {
  readonly architecture: "amd64" | "arm64";
  /** Dollars an hour of one vCPU, and of one GiB. */
  readonly prices: readonly [vcpu: number, gib: number];
  /** Disks start from and are kept on the kind that the family takes. Default persistent disks; `hyperdisk` alone otherwise. */
  readonly hyperdisk?: true;
  /** Of standard, highmem, highcpu. */
  readonly classes: Readonly<Record<string, MachineClass>>;
}

const to32 = "2 4 8 16 32";
const to96 = "2 4 8 16 32 48 64 80 96";
const c3 = "4 8 22 44 88 176";
const c3d = "4 8 16 30 60 90 180 360";
const c2d = "2 4 8 16 32 56 112";
const n4 = "2 4 8 16 32 48 64 80";

/** Families whose machines follow from their vCPUs. */
export const googleFamilies: Readonly<Record<string, MachineFamily>> = {
  n1: {
    architecture: "amd64",
    prices: [0.031611, 0.004237],
    classes: {
      standard: { gib: 3.75, sizes: "1 2 4 8 16 32 64 96" },
      highmem: { gib: 6.5, sizes: "2 4 8 16 32 64 96" },
      highcpu: { gib: 0.9, sizes: "2 4 8 16 32 64 96" },
    },
  },
  n2: {
    architecture: "amd64",
    prices: [0.031611, 0.004237],
    classes: {
      standard: { gib: 4, sizes: `${to96} 128` },
      highmem: { gib: 8, sizes: `${to96} 128`, uneven: { 128: 864 } },
      highcpu: { gib: 1, sizes: `${to96} 128` },
    },
  },
  n2d: {
    architecture: "amd64",
    prices: [0.027502, 0.003686],
    classes: {
      standard: { gib: 4, sizes: `${to96} 128 224` },
      highmem: { gib: 8, sizes: to96 },
      highcpu: { gib: 1, sizes: `${to96} 128 224` },
    },
  },
  n4: {
    architecture: "amd64",
    prices: [0.030821, 0.004131],
    hyperdisk: true,
    classes: {
      standard: { gib: 4, sizes: n4 },
      highmem: { gib: 8, sizes: n4 },
      highcpu: { gib: 2, sizes: n4 },
    },
  },
  e2: {
    architecture: "amd64",
    prices: [0.021811, 0.002923],
    classes: {
      standard: { gib: 4, sizes: to32 },
      highmem: { gib: 8, sizes: "2 4 8 16" },
      highcpu: { gib: 1, sizes: to32 },
    },
  },
  t2d: {
    architecture: "amd64",
    prices: [0.027502, 0.003686],
    classes: { standard: { gib: 4, sizes: "1 2 4 8 16 32 48 60" } },
  },
  c2: {
    architecture: "amd64",
    prices: [0.03398, 0.00455],
    classes: { standard: { gib: 4, sizes: "4 8 16 30 60" } },
  },
  c2d: {
    architecture: "amd64",
    prices: [0.029563, 0.003959],
    classes: {
      standard: { gib: 4, sizes: c2d },
      highmem: { gib: 8, sizes: c2d },
      highcpu: { gib: 2, sizes: c2d },
    },
  },
  c3: {
    architecture: "amd64",
    prices: [0.03398, 0.00456],
    classes: {
      standard: { gib: 4, sizes: c3 },
      highmem: { gib: 8, sizes: c3 },
      highcpu: { gib: 2, sizes: c3 },
    },
  },
  c3d: {
    architecture: "amd64",
    prices: [0.02956, 0.00396],
    classes: {
      standard: { gib: 4, sizes: c3d },
      highmem: { gib: 8, sizes: c3d },
      highcpu: { gib: 2, sizes: c3d, uneven: { 30: 59, 60: 118, 90: 177, 180: 354, 360: 708 } },
    },
  },
};
