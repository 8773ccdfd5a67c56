import { didYouMean, listed } from "../suggest";
import { gkeAllocatable, type NodeSize } from "./allocatable";
import { googleFamilies, type MachineClass, type MachineFamily } from "./google-families";
import { type GoogleGpu, type GoogleTypeRow, googleGpus, googleTypeRows, rowPrices, sharedCores } from "./google-types";

/** A type of machines of Google, as it is bought. */
export interface GoogleMachine {
  readonly type: string;
  /** What stands before the first hyphen: `n2` of `n2-highmem-4`. */
  readonly family: string;
  readonly architecture: "amd64" | "arm64";
  readonly vcpu: number;
  readonly memoryBytes: number;
  /** Its vCPUs are parts of some that others have too. */
  readonly sharedCore: boolean;
  /** GPUs that are part of it; 0 for most. */
  readonly gpus: number;
  /** What each GPU is, by Google's name for it. */
  readonly gpu?: GoogleGpu;
  /** Disks that pods may have on a node, beside the one that it starts from. */
  readonly volumes: number;
  /** It takes Hyperdisk alone, and no persistent disk. */
  readonly hyperdisk: boolean;
  /** An hour on demand with Linux, GPUs included, in dollars; where and when: `googlePrices`. */
  readonly price: number;
}

const GI = 2 ** 30;

/** Disks of pods, as GKE's driver counts them: few where cores are shared, by vCPUs where there is Hyperdisk alone. */
function volumesOf({ hyperdisk, sharedCore, vcpu }: Pick<GoogleMachine, "hyperdisk" | "sharedCore" | "vcpu">): number {
  if (sharedCore) return 15;
  if (hyperdisk) return vcpu <= 8 ? 15 : 31;
  return 127;
}

/** Rounded to hundred-thousandths, finer than what is paid for. */
function priceOf([ofVcpu, ofGib]: readonly [number, number], vcpu: number, gib: number, gpus = 0): number {
  return Math.round((vcpu * ofVcpu + gib * ofGib + gpus) * 1e5) / 1e5;
}

function ofClass(family: string, facts: MachineFamily, name: string, { gib, sizes, uneven }: MachineClass) {
  return sizes.split(" ").map((size): GoogleMachine => {
    const vcpu = Number(size);
    const memory = uneven?.[vcpu] ?? vcpu * gib;
    const { architecture, hyperdisk = false } = facts;
    return {
      ...{ type: `${family}-${name}-${size}`, family, architecture, vcpu, memoryBytes: memory * GI },
      ...{ sharedCore: false, gpus: 0, volumes: volumesOf({ hyperdisk, sharedCore: false, vcpu }), hyperdisk },
      price: priceOf(facts.prices, vcpu, memory),
    };
  });
}

function ofRow([type, vcpu, gib, gpu, gpus]: GoogleTypeRow): GoogleMachine {
  const family = type.slice(0, type.indexOf("-")) as keyof typeof rowPrices;
  return {
    ...{ type, family, architecture: "amd64", vcpu, memoryBytes: gib * GI, sharedCore: false, gpus },
    ...(gpu === null ? {} : { gpu }),
    ...{ volumes: 127, hyperdisk: false },
    price: priceOf(rowPrices[family], vcpu, gib, gpu === null ? 0 : gpus * googleGpus[gpu].price),
  };
}

const ofFamilies = Object.entries(googleFamilies).flatMap(([family, facts]) =>
  Object.entries(facts.classes).flatMap(([name, machines]) => ofClass(family, facts, name, machines)),
);

const shared = Object.entries(sharedCores).map(
  ([type, [gib, price]]): GoogleMachine => ({
    ...{ type, family: "e2", architecture: "amd64", vcpu: 2, memoryBytes: gib * GI, sharedCore: true, gpus: 0 },
    ...{ volumes: 15, hyperdisk: false, price },
  }),
);

/** Every type that is known here, a family's machines by size. */
export const googleMachines: readonly GoogleMachine[] = [...ofFamilies, ...shared, ...googleTypeRows.map(ofRow)];

const byType: ReadonlyMap<string, GoogleMachine> = new Map(googleMachines.map((machine) => [machine.type, machine]));

/** What is known of a type, or undefined. */
export function googleMachine(type: string): GoogleMachine | undefined {
  return byType.get(type);
}

/** What an unknown type may have been meant to be: its class's sizes, its family's classes, or a type of nearly that name. */
export function googleTypeHint(type: string): string {
  const [family, kind] = type.split("-");
  const siblings = googleMachines.filter((machine) => machine.family === family).map((machine) => machine.type);
  const same = siblings.filter((sibling) => sibling.startsWith(`${family}-${kind}-`));
  if (same.length > 0) return `of ${family}-${kind} there are ${listed(same)}`;
  const near = didYouMean(type, siblings.length > 0 ? siblings : [...byType.keys()]);
  if (near) return near;
  if (siblings.length > 0) return `of ${family} there are ${listed(siblings)}`;
  return `families known here: ${[...new Set(googleMachines.map((machine) => machine.family))].join(", ")}`;
}

/** What a node of GKE gives to pods, by type, or undefined for an unknown one. */
export function googleNodeSize(type: string): NodeSize | undefined {
  const machine = googleMachine(type);
  return machine && gkeAllocatable(machine.vcpu, machine.memoryBytes, machine.sharedCore);
}
