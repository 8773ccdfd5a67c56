/** What a user holds, in the table's words. */
export const holdings = {
  login: "the login",
  notebook: "the notebook server",
  kernel: "the kernel with its variables",
  socket: "open WebSockets",
  cluster: "the Dask cluster",
  workers: "its workers",
  worker: "that worker (what it was computing is computed again)",
  futures: "futures of connected clients",
  published: "datasets published on the cluster",
} as const;

export type Holding = keyof typeof holdings;

/** Ways in that may be closed for a while, in the table's words. */
export const ways = {
  data: "the data",
  s3: "the S3 endpoint",
  hub: "the hub's pages",
  notebook: "notebooks",
  dask: "the Dask gateway",
} as const;

export type Way = keyof typeof ways;

/** What is killed, what that may cost, and nothing more. */
export interface Row {
  /** The program's name in `isthmus status` with HUB for the hub's id, or what a user started. */
  readonly killed: string;
  /** Exactly what is lost for good. */
  readonly loses: readonly Holding[];
  /** Ways in that may refuse requests until it is back. */
  readonly gap: readonly Way[];
}

const throughFront: readonly Way[] = ["data", "hub", "notebook", "dask"];

/** Programs that the supervisor restarts. */
export const programs: readonly Row[] = [
  { killed: "s3", loses: [], gap: ["s3"] },
  { killed: "nginx", loses: ["socket"], gap: throughFront },
  { killed: "HUB-proxy", loses: ["socket"], gap: ["hub", "notebook", "dask"] },
  { killed: "HUB-hub", loses: [], gap: ["hub"] },
  { killed: "HUB-dask-gateway", loses: [], gap: ["dask"] },
  { killed: "HUB-dask-proxy", loses: ["futures"], gap: ["dask"] },
  { killed: "HUB-culler", loses: [], gap: [] },
  { killed: "scratch-expiry", loses: [], gap: [] },
  { killed: "logs", loses: [], gap: [] },
];

/** What a user started. */
export const worker: Row = {
  killed: "a Dask worker",
  loses: ["worker"],
  gap: [],
};

export const scheduler: Row = {
  killed: "a Dask scheduler",
  loses: ["cluster", "workers", "futures", "published"],
  gap: [],
};

export const notebook: Row = {
  killed: "a notebook server",
  loses: ["notebook", "kernel", "socket", "futures"],
  gap: ["notebook"],
};

/** The programs go on; nobody watches them. */
export const supervisor: Row = { killed: "the supervisor", loses: [], gap: [] };

/** After that: a new supervisor starts each program anew. */
export const revival: Row = {
  killed: "(`isthmus up` after that, which starts each program anew)",
  loses: ["socket", "futures"],
  gap: ["data", "s3", "hub", "notebook", "dask"],
};

/** A row as it went. */
export interface Seen {
  readonly row: Row;
  readonly lost: readonly Holding[];
  /** Until everything was as before, but for what is lost; null where nothing was down. */
  readonly seconds: number | null;
}

/** The page: its words from what was seen to be lost and what was allowed to fail, its times from this run. */
export function page(seen: readonly Seen[]): string {
  const rows = seen.map(({ row, lost, seconds }) => {
    const back = seconds === null ? "–" : `${seconds.toFixed(1)} s`;
    return `| ${row.killed} | ${back} | ${losses(row, lost)} | ${stays(lost)} |`;
  });
  return `${introduction}\n${rows.join("\n")}\n`;
}

function losses({ gap }: Row, lost: readonly Holding[]): string {
  const closed = gap.length === 0 ? [] : [`requests to ${listed(gap.map((way) => ways[way]))} until it is back`];
  return [...(lost.length === 0 ? ["nothing"] : lost.map((holding) => holdings[holding])), ...closed].join("; ");
}

function stays(lost: readonly Holding[]): string {
  const kept = (Object.keys(holdings) as Holding[]).filter((h) => h !== "worker" && !lost.includes(h));
  return kept.map((h) => (h === "workers" && lost.includes("worker") ? "its other worker" : holdings[h])).join(", ");
}

const introduction = `# What fails, and what that costs

\`test/e2e/failure-matrix.test.ts\` kills each program of a running site with \`kill -9\`, while a user is signed in and holds a
notebook server, a kernel, a Dask cluster of two workers, futures and a dataset published on the cluster. It fails when more
is lost than this page says, or less (requests until a program is back may fail, and need not); it wrote this page. HUB stands for a hub's id. Times are of the run that wrote it, on two
cores that had much else to do: they say what waits for what, not how quick a quiet machine is.

| killed | back after | what a user loses | what stays |
|---|---|---|---|`;

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** The page without its times. */
export function withoutTimes(text: string): string {
  return text.replaceAll(/\| \d+\.\d s \|/g, "| s |");
}
