import type { Unseen } from "./allocatable";

/**
 * What of its memory a machine of AWS does not show to its kernel, by processor, a little more than was measured: in 2023 on every
 * machine of that time with Bottlerocket, which shows the least (https://github.com/aws/karpenter-provider-aws,
 * zz_generated.memory_overhead.go of 15e8769, 439b6fe and 33450d8), and by 2i2c since. c5 and m5 run on two kinds of processors and
 * show less on the older.
 */
export const unseen = {
  c5: { part: 0.0445, gib: 0.25 },
  cascadeLake: { part: 0.0265, gib: 0.34 },
  rome: { part: 0.0275, gib: 0.15 },
  m5a: { part: 0.0335, gib: 0.24 },
  r5a: { part: 0.0245, gib: 0.27 },
  iceLake: { part: 0.0326, gib: 0.155 },
  milan: { part: 0.0376, gib: 0.16 },
  p5: { part: 0.0237, gib: 0.25 },
  graviton: { part: 0.0345, gib: 0.14 },
} as const satisfies Record<string, Unseen>;
