import { type MovedVolume, movedVolumes } from "./moved-volumes";
import { lossOf, recordTypes } from "./protected";

/** The part of `show -json PLAN` that is read here: by the guard, and of things that are there already. */
export interface PlanJson {
  readonly resource_changes?: readonly {
    readonly address: string;
    readonly mode: string;
    readonly type: string;
    /** An object that a failed replacement left behind. */
    readonly deposed?: string;
    readonly change: { readonly actions: readonly string[]; readonly before?: unknown; readonly after?: unknown };
  }[];
  /** What is there, with what was read of it. */
  readonly prior_state?: {
    readonly values?: {
      readonly root_module?: {
        readonly resources?: readonly {
          readonly address: string;
          readonly values?: Readonly<Record<string, unknown>>;
        }[];
      };
    };
  };
}

/** `leave`: a site's directory stays as it is, and the site starts anew in another one; `remount`: a hub's homes come from elsewhere. */
export type Deed = "delete" | "replace" | "leave" | "remount";

/** A planned end of a resource that nobody agreed to. */
export interface Refusal {
  readonly address: string;
  readonly type: string;
  readonly deed: Deed;
  /** What is lost; undefined for types that are not protected. */
  readonly loses?: string;
  /** What must go before the homes come from elsewhere. */
  readonly moved?: readonly MovedVolume[];
}

/** What the person at the keyboard agreed to. */
export interface Consent {
  /** Addresses in this stack that may be deleted or replaced whatever they are (`--destroy`). */
  readonly addresses: ReadonlySet<string>;
  /** Whether unprotected resources may go (`--yes`, or a confirmed `down`). */
  readonly unprotected: boolean;
}

/** Every planned deletion or replacement that `consent` does not cover, in the plan's order. */
export function refusals(plan: PlanJson, consent: Consent): Refusal[] {
  return (plan.resource_changes ?? []).flatMap(({ address, mode, type, change }): Refusal[] => {
    if (mode !== "managed") return [];
    const moved = movedVolumes(type, change);
    if (moved.length > 0 && !consent.addresses.has(address))
      return [{ address, type, deed: "remount", loses: "the files that are in them now", moved }];
    if (!change.actions.includes("delete")) return [];
    if (recordTypes.has(type)) {
      const left = rootLeft(change);
      return left === undefined || consent.addresses.has(address)
        ? []
        : [{ address, type, deed: "leave", loses: left }];
    }
    const deed: Deed = change.actions.includes("create") ? "replace" : "delete";
    const loses = lossOf(type, change.before);
    if (consent.addresses.has(address) || (loses === undefined && consent.unprotected)) return [];
    return [{ address, type, deed, ...(loses === undefined ? {} : { loses }) }];
  });
}

/** The directory of a site that another one replaces; the site's base tells for its hubs too. */
function rootLeft({ actions, before, after }: { actions: readonly string[]; before?: unknown; after?: unknown }) {
  const inputOf = (value: unknown) =>
    (value as { input?: { root?: unknown; part?: unknown } } | null | undefined)?.input;
  const [was, is] = [inputOf(before), inputOf(after)];
  if (!actions.includes("create") || was?.part !== "base" || typeof was.root !== "string" || is === undefined) return;
  return was.root === is.root ? undefined : `${was.root} for ${String(is.root)}`;
}

/** What is refused and how to agree to it, for one stack. */
export function refusalText(stack: string, refused: readonly Refusal[]): string {
  const lines = refused.map(({ address, deed, loses, moved = [] }) => {
    if (deed === "remount") return remountText(moved);
    if (deed === "leave")
      return `  leave ${loses}, which starts without its buckets, homes, databases and secrets\n  (to take them along: isthmus down with the old \`storage.root\`, move the directory, isthmus up)`;
    const what = loses === undefined ? "" : `, and with it ${loses}`;
    return `  ${deed === "delete" ? "delete" : "delete and make anew"} ${address}${what}`;
  });
  const guarded = refused.filter((r) => r.loses !== undefined);
  const flags = guarded.map((r) => `--destroy '${stack}:${r.address}'`);
  const agree = [...flags, ...(guarded.length < refused.length ? ["--yes"] : [])].join(" ");
  return `refused, since this would\n${lines.join("\n")}\n  if that is meant: ${agree}`;
}

/** Where homes come from is fixed in the volume, and the claim is in use as long as somebody works. */
function remountText(moved: readonly MovedVolume[]): string {
  const lines = moved.flatMap(({ volume, namespace, claim }) => [
    `  take the hub's homes from elsewhere: they start without the files of now, which stay where they are`,
    `  (Kubernetes takes no other source for a volume, so stop the hub's servers, copy homes if they shall go along, then`,
    `  kubectl delete pvc ${claim} -n ${namespace} && kubectl delete pv ${volume}, and run this again at once)`,
  ]);
  return lines.join("\n");
}

/** Counts of a plan: what would be made, changed, made anew, deleted. Reads are not counted. */
export interface PlanCounts {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
}

export function planCounts(plan: PlanJson): PlanCounts {
  const counts = { create: 0, update: 0, replace: 0, delete: 0 };
  for (const { mode, change } of plan.resource_changes ?? []) {
    if (mode !== "managed") continue;
    const has = (action: string) => change.actions.includes(action);
    if (has("create")) counts[has("delete") ? "replace" : "create"]++;
    else if (has("delete")) counts.delete++;
    else if (has("update")) counts.update++;
  }
  return counts;
}

/** What was there already: `found` before the plan, which does not count them, `refused` of those that it would make. */
export interface TakenOver {
  readonly found: number;
  readonly refused: number;
}

/** `2 made, 1 changed` */
export function countsText(counts: PlanCounts, { found, refused }: TakenOver = { found: 0, refused: 0 }): string {
  const parts: [number, string][] = [
    [counts.create - refused, "made"],
    [found + refused, "taken over"],
    [counts.update, "changed"],
    [counts.replace, "renewed"],
    [counts.delete, "deleted"],
  ];
  const shown = parts.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
  return shown.length === 0 ? "outputs only" : shown.join(", ");
}
