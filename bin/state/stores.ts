import type { ResolvedBucketState, ResolvedState, SiteStates } from "../../config/resolve/state";
import { listed } from "../../config/suggest";
import type { IndexEntry, RecordKeeper } from "../engine/stack-index";
import type { StateDirectory } from "../engine/state-directory";
import { Failure } from "../failure";
import { GcsStore } from "./gcs-store";
import { LocalStore } from "./local-store";
import { knownPlaces } from "./places";
import { S3Store } from "./s3-store";
import { StateFailure } from "./state-failure";
import type { StateStore } from "./store";

/** A place whose records could not be read. */
export interface Unread {
  readonly store: StateStore;
  readonly reason: StateFailure;
}

/** All that is recorded of a federation, and where. */
export class Records {
  private constructor(
    private readonly states: SiteStates,
    private readonly stores: ReadonlyMap<string, StateStore>,
    /** The record of each stack's latest apply. */
    readonly index: ReadonlyMap<string, IndexEntry>,
    private readonly holders: ReadonlyMap<string, StateStore>,
    readonly unread: readonly Unread[],
  ) {}

  /**
   * Reads the files of this machine, every place that the config names, and those that it named before. One that cannot be
   * read is told in `unread`: it may be another institution's.
   */
  static async read(directory: StateDirectory, states: SiteStates = {}): Promise<Records> {
    const stores = storesOf(directory, states);
    const named = new Set(Object.values(states).map((state) => stores.get(keyOf(state))));
    const unread: Unread[] = [];
    const found = await Promise.all(
      [...stores.values()].map(async (store) => {
        const entries = await store.records().catch((reason: unknown): IndexEntry[] => {
          if (!(reason instanceof StateFailure)) throw reason;
          // a bucket that the config no longer names and that is gone holds nothing
          if (reason.reason !== "missing" || named.has(store)) unread.push({ store, reason });
          return [];
        });
        return entries.map((entry) => ({ entry, store }));
      }),
    );
    const own = (site: string) => stores.get(keyOf(states[site] ?? { kind: "local" }));
    const sorted = found.flat().sort((a, b) => (a.entry.stack < b.entry.stack ? -1 : 1));
    const index = new Map<string, IndexEntry>();
    const holders = new Map<string, StateStore>();
    for (const { entry, store } of sorted) {
      // the same stack in two places: the one where the config looks counts
      if (index.has(entry.stack) && own(entry.site) !== store) continue;
      index.set(entry.stack, entry);
      holders.set(entry.stack, store);
    }
    return new Records(states, stores, index, holders, unread);
  }

  /** Where the config wants the state of a site's stacks. */
  wanted(site: string): StateStore {
    const store = this.stores.get(keyOf(this.states[site] ?? { kind: "local" }));
    if (!store) throw new Error(`no state for site ${site}`);
    return store;
  }

  /** Writes records where the config wants them, and takes them from where they lie. */
  keeper(siteOf: (stack: string) => string): RecordKeeper {
    return {
      write: (entry) => this.wanted(entry.site).write(entry),
      remove: (stack) => (this.holder(stack) ?? this.wanted(siteOf(stack))).remove(stack),
    };
  }

  /** Whether what is recorded of a site's stacks could not be read. */
  isUnread(site: string): boolean {
    return this.unread.some(({ store }) => store === this.stores.get(keyOf(this.states[site] ?? { kind: "local" })));
  }

  /** Where a stack's record lies; undefined where it has none. */
  holder(stack: string): StateStore | undefined {
    return this.holders.get(stack);
  }

  /** Whether a stack was applied with its state in another place than the config names now. */
  isElsewhere(stack: string, site: string): boolean {
    const holder = this.holder(stack);
    return holder !== undefined && holder !== this.wanted(site);
  }

  /** Refuses to begin where the records of a stack cannot be read. */
  refuseUnread(stacks: readonly string[], siteOf: (stack: string) => string): void {
    for (const { store, reason } of this.unread)
      if (stacks.some((stack) => this.wanted(siteOf(stack)) === store)) throw reason;
  }

  /** Refuses to begin where the state of a stack lies in another place than the config says: it would be made a second time. */
  refuseMoved(stacks: readonly string[], siteOf: (stack: string) => string): void {
    const moved = stacks.filter((stack) => this.isElsewhere(stack, siteOf(stack)));
    const [first] = moved;
    if (first === undefined) return;
    const from = this.holder(first)?.place;
    const to = this.wanted(siteOf(first)).place;
    throw new Failure(
      `the state of ${listed(moved)} lies in ${from}, and the config wants it in ${to}: isthmus bootstrap takes it there; nothing was changed`,
    );
  }
}

/** Every place by its key: this machine's files first. */
function storesOf(directory: StateDirectory, states: SiteStates): Map<string, StateStore> {
  const stores = new Map<string, StateStore>([[keyOf({ kind: "local" }), new LocalStore(directory)]]);
  const named = Object.values(states).filter((state): state is ResolvedBucketState => state.kind !== "local");
  for (const place of [...named, ...knownPlaces(directory)])
    if (!stores.has(keyOf(place)))
      stores.set(keyOf(place), place.kind === "s3" ? new S3Store(place) : new GcsStore(place));
  return stores;
}

/** What tells two places apart; how they are reached does not. */
function keyOf(state: ResolvedState): string {
  return state.kind === "local" ? "local" : JSON.stringify([state.kind, state.endpoint, state.bucket, state.root]);
}
