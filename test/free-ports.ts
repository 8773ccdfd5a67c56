import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

// Ports for programs that tests start. They lie below those that the kernel gives to outgoing connections, any of which could
// take one between the look and the use, and each hundred is claimed by a file, so that processes beside each other differ.
const lowest = 12_000;
const size = 100;
const claims = join(tmpdir(), `isthmus-ports-${userInfo().uid}`);
const mine = new Set<string>();
let rest: number[] = [];

/** Ports of loopback that nothing listens on, and that no other call or test gets. */
export async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) {
    if (rest.length === 0) rest = hundredFrom(await firstOfHundred());
    const port = rest.shift();
    if (port !== undefined && (await isFree(port))) found.push(port);
  }
  return found;
}

export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/** The first of a hundred ports that nothing listens on, for programs that count on from one. */
export async function firstOfHundred(): Promise<number> {
  const blocks = Math.floor((highest() - lowest) / size);
  for (let i = 0; i < blocks; i++) {
    const first = lowest + ((process.pid + mine.size + i) % blocks) * size;
    if (!claim(first)) continue;
    const free = await Promise.all(hundredFrom(first).map(isFree));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`no hundred ports are free from ${lowest} to ${highest()}`);
}

function hundredFrom(first: number): number[] {
  return Array.from({ length: size }, (_, i) => first + i);
}

function highest(): number {
  try {
    const [low = ""] = readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").split(/\s/);
    return Number(low) > lowest + 5000 ? Number(low) : 32_000;
  } catch {
    return 32_000;
  }
}

/** A claim holds as long as its process lives. */
function claim(first: number): boolean {
  const file = join(claims, String(first));
  mkdirSync(claims, { recursive: true, mode: 0o700 });
  if (!isLeft(file)) return false;
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
  } catch {
    return false;
  }
  if (mine.size === 0) process.once("exit", () => mine.forEach((one) => void rmSync(one, { force: true })));
  mine.add(file);
  return true;
}

function isLeft(file: string): boolean {
  try {
    process.kill(Number(readFileSync(file, "utf8")), 0);
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EPERM") return false;
    rmSync(file, { force: true });
    return true;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(false));
    server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
  });
}
