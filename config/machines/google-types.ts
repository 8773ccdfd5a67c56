/** GPUs by Google's names for them, which also say whether they are part of machines (`g2`, `a2`) or put into `n1`. Sources: `google-families.ts`. */
export const googleGpus = {
  "nvidia-tesla-t4": { name: "NVIDIA T4", mib: 16384, price: 0.35, counts: [1, 2, 4] },
  "nvidia-tesla-p4": { name: "NVIDIA P4", mib: 8192, price: 0.6, counts: [1, 2, 4] },
  "nvidia-tesla-p100": { name: "NVIDIA P100", mib: 16384, price: 1.46, counts: [1, 2, 4] },
  "nvidia-tesla-v100": { name: "NVIDIA V100", mib: 16384, price: 2.48, counts: [1, 2, 4, 8] },
  "nvidia-l4": { name: "NVIDIA L4", mib: 24576, price: 0.56004, counts: [] },
  "nvidia-tesla-a100": { name: "NVIDIA A100", mib: 40960, price: 2.933908, counts: [] },
  "nvidia-a100-80gb": { name: "NVIDIA A100", mib: 81920, price: 3.969178, counts: [] },
} as const;

export type GoogleGpu = keyof typeof googleGpus;

/** GPUs that are put into machines of n1. */
export const attachedGpus = ["nvidia-tesla-t4", "nvidia-tesla-p4", "nvidia-tesla-p100", "nvidia-tesla-v100"] as const;

/** A machine that does not follow from its family: vCPUs, GiB of memory, and GPUs that are part of it. */
export type GoogleTypeRow = readonly [type: string, vcpu: number, gib: number, gpu: GoogleGpu | null, gpus: number];

/** Prices of vCPU and GiB of these, as `MachineFamily` has them. */
export const rowPrices = {
  g2: [0.024988, 0.002927],
  a2: [0.031611, 0.004237],
} as const satisfies Readonly<Record<string, readonly [vcpu: number, gib: number]>>;

export const googleTypeRows: readonly GoogleTypeRow[] = [
  ["g2-standard-4", 4, 16, "nvidia-l4", 1],
  ["g2-standard-8", 8, 32, "nvidia-l4", 1],
  ["g2-standard-12", 12, 48, "nvidia-l4", 1],
  ["g2-standard-16", 16, 64, "nvidia-l4", 1],
  ["g2-standard-24", 24, 96, "nvidia-l4", 2],
  ["g2-standard-32", 32, 128, "nvidia-l4", 1],
  ["g2-standard-48", 48, 192, "nvidia-l4", 4],
  ["g2-standard-96", 96, 384, "nvidia-l4", 8],
  ["a2-highgpu-1g", 12, 85, "nvidia-tesla-a100", 1],
  ["a2-highgpu-2g", 24, 170, "nvidia-tesla-a100", 2],
  ["a2-highgpu-4g", 48, 340, "nvidia-tesla-a100", 4],
  ["a2-highgpu-8g", 96, 680, "nvidia-tesla-a100", 8],
  ["a2-megagpu-16g", 96, 1360, "nvidia-tesla-a100", 16],
  ["a2-ultragpu-1g", 12, 170, "nvidia-a100-80gb", 1],
  ["a2-ultragpu-2g", 24, 340, "nvidia-a100-80gb", 2],
  ["a2-ultragpu-4g", 48, 680, "nvidia-a100-80gb", 4],
  ["a2-ultragpu-8g", 96, 1360, "nvidia-a100-80gb", 8],
];

/** Machines that share their two vCPUs with others: GiB and price. */
export const sharedCores: Readonly<Record<string, readonly [gib: number, price: number]>> = {
  "e2-micro": [1, 0.00838],
  "e2-small": [2, 0.01675],
  "e2-medium": [4, 0.03351],
};
