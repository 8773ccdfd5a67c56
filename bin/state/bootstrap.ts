import { join } from "node:path";
import type { ResolvedBucketState } from "../../config/resolve/state";
import { siteStacks } from "../../config/stack-parts";
import { didYouMean, listed } from "../../config/suggest";
import { confirm } from "../confirm";
import { lockOrFail } from "../engine/lock";
import { readStackJson } from "../engine/stack-index";
import { stateDirectory } from "../engine/state-directory";
import { usageFailure } from "../failure";
import { outputDirectory } from "../federation-file";
import type { Config } from "../load-or-exit";
import { siteOf } from "../target";
import type { StateBucket, Survey } from "./bucket";
import { GcsBucket } from "./gcs-bucket";
import { type Move, moveState, movesOf } from "./move";
import { rememberPlaces } from "./places";
import { S3Bucket } from "./s3-bucket";
import { Records } from "./stores";

export interface BootstrapWish {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** What was made. */
export interface BootstrapReport {
  readonly federation: string;
  readonly buckets: readonly {
    readonly bucket: string;
    readonly region: string;
    readonly made: boolean;
    /** What was set on it. */
    readonly set: readonly string[];
    /** What its store has no means for. */
    readonly without: readonly string[];
  }[];
  /** Stacks whose state was brought there. */
  readonly moved: readonly Move[];
}

/**
 * Makes the buckets that the config names for state, or puts right what they lack, then brings the states of stacks there
 * that lie elsewhere. The second time it changes nothing.
 */
export async function bootstrap(
  config: Config,
  site: string | undefined,
  wish: BootstrapWish,
  say: (line: string) => void,
): Promise<BootstrapReport> {
  const { federation, directory } = config;
  const sites = chosenSites(config, site);
  const buckets = placesOf(config, site).map(bucketOf);
  const state = stateDirectory(directory, federation.id);
  const lock = lockOrFail(state.lock, ["bootstrap", ...(site === undefined ? [] : [site])].join(" "), federation.id);
  try {
    const surveys = await Promise.all(buckets.map((bucket) => bucket.survey()));
    for (const survey of surveys) for (const line of surveyLines(survey)) say(line);
    const records = await Records.read(state, federation.states);
    const stacks = sites.flatMap((one) => siteStacks(one, federation.sites));
    const moves = movesOf(records, stacks, (stack) => siteOf(stack, { federation, index: records.index }));
    for (const { stack, from, to } of moves) say(`${stack}: its state lies in ${from}, and belongs in ${to}`);
    if (surveys.length === 0 && moves.length === 0) throw nothingToMake(site ?? federation.id);
    const todo = surveys.some(isLacking) || moves.length > 0;
    if (todo) await confirm(wish, questionOf(surveys, moves));
    const ended: Survey[] = [];
    for (const [i, bucket] of buckets.entries()) {
      const survey = surveys[i] as Survey;
      ended.push(isLacking(survey) ? await bucket.putRight(survey, say) : survey);
      for (const name of ended[i]?.without.filter((n) => !survey.without.includes(n)) ?? [])
        say(`${survey.place.bucket}: its store has no means for ${name}`);
      await bucket.tryLocks();
    }
    if (moves.length > 0) await moveAll(config, moves, say);
    rememberPlaces(state, federation.states);
    return reportOf(federation.id, ended, moves);
  } finally {
    lock.release();
  }
}

async function moveAll(config: Config, moves: readonly Move[], say: (line: string) => void): Promise<void> {
  const { synthFederation } = await import("../synth.js");
  const output = outputDirectory(config.file);
  synthFederation(config, output);
  const { id, states } = config.federation;
  const records = await Records.read(stateDirectory(config.directory, id), states);
  for (const move of moves) {
    await moveState(records, move, readStackJson(join(output, "stacks", move.stack)));
    say(`${move.stack}: brought to ${move.to}`);
  }
}

function chosenSites({ federation }: Config, site: string | undefined) {
  if (site === undefined) return federation.sites;
  const found = federation.sites.filter(({ id }) => id === site);
  const known = federation.sites.map(({ id }) => id);
  if (found.length === 0)
    throw usageFailure(`no site "${site}": ${didYouMean(site, known) ?? `there are ${listed(known)}`}`);
  return found;
}

/** Each bucket once. */
function placesOf({ federation }: Config, site: string | undefined): ResolvedBucketState[] {
  const named =
    site === undefined ? [federation.state, ...Object.values(federation.states)] : [federation.states[site]];
  const places = named.filter((state): state is ResolvedBucketState => state !== undefined && state.kind !== "local");
  const each = new Map(places.map((place) => [JSON.stringify([place.kind, place.endpoint, place.bucket]), place]));
  return [...each.values()];
}

function bucketOf(place: ResolvedBucketState): StateBucket {
  return place.kind === "s3" ? new S3Bucket(place) : new GcsBucket(place);
}

function nothingToMake(whose: string) {
  const how =
    "to share it, name a bucket: state: {kind: s3, bucket: NAME, region: REGION}, or {kind: gcs, bucket: NAME}";
  return usageFailure(`${whose} keeps its state in files, which need no bucket; ${how}`);
}

function isLacking({ exists, lacks }: Survey): boolean {
  return !exists || lacks.length > 0;
}

function surveyLines({ place: { bucket, region }, exists, lacks, without }: Survey): string[] {
  const lines = without.map((name) => `${bucket}: its store has no means for ${name}`);
  if (!exists) return [`${bucket}: is to be made in ${region}`, ...lines];
  if (lacks.length === 0) return [`${bucket}: is there, with all it needs`, ...lines];
  return [`${bucket}: is there, and lacks ${listed(lacks.map(({ name }) => name))}`, ...lines];
}

function questionOf(surveys: readonly Survey[], moves: readonly Move[]) {
  const made = surveys.filter(({ exists }) => !exists).map(({ place }) => place.bucket);
  const changed = surveys.filter((s) => s.exists && isLacking(s)).map(({ place }) => place.bucket);
  const deeds = [
    ...(made.length > 0 ? [`makes ${made.join(", ")}`] : []),
    ...(changed.length > 0 ? [`changes ${changed.join(", ")}`] : []),
    ...(moves.length > 0 ? [`moves the state of ${moves.map(({ stack }) => stack).join(", ")}`] : []),
  ].join(" and ");
  return { deed: `this ${deeds}`, question: `This ${deeds}: go on?`, declined: "nothing was changed" };
}

function reportOf(federation: string, surveys: readonly Survey[], moved: readonly Move[]): BootstrapReport {
  const buckets = surveys.map(({ place: { bucket, region }, exists, lacks, without }) => {
    return { bucket, region, made: !exists, set: lacks.map(({ name }) => name), without };
  });
  return { federation, buckets, moved };
}
