import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";

/** Where what runs on the cluster's node is: a name that the site's machine finds, and the two ends of the way between them. */
export interface ComputeNode {
  readonly name: string;
  readonly address: string;
  /** The site's machine, as the node reaches it. */
  readonly login: string;
  /** Why it has no network of its own; undefined where it has one. */
  readonly shares: string | undefined;
  /** A command as it is started on the node: in place of its first process, so that its id stays the same. */
  command(...command: readonly string[]): string[];
  remove(): void;
}

const prefix = "isthmus-test-";
const hosts = "/etc/hosts";

/**
 * A network namespace and a host name of its own, which reach this machine by one pair of virtual interfaces alone: a port of the
 * machine's loopback is as far from a job as on a real cluster. Where the kernel or the container allows none, the node is this machine.
 */
export function makeNode(): ComputeNode {
  removeLeft();
  const name = `${prefix}${process.pid}-node`;
  const [login, address] = pair(process.pid);
  const node = {
    name,
    address,
    login,
    shares: undefined,
    command: inside(name),
    remove: () => removeNode(process.pid),
  };
  try {
    must("ip", "netns", "add", name);
    const [here, there] = interfaces(process.pid);
    must("ip", "link", "add", here, "type", "veth", "peer", "name", there, "netns", name);
    must("ip", "address", "add", `${login}/30`, "dev", here);
    must("ip", "link", "set", here, "up");
    must("ip", "-n", name, "address", "add", `${address}/30`, "dev", there);
    for (const device of ["lo", there]) must("ip", "-n", name, "link", "set", device, "up");
    const [program = "", ...args] = node.command("true");
    must(program, ...args);
    const end = readFileSync(hosts, "utf8").endsWith("\n") ? "" : "\n";
    appendFileSync(hosts, `${end}${address} ${name}\n`);
    return node;
  } catch (error) {
    removeNode(process.pid);
    return thisMachine((error as Error).message);
  }
}

/** A node that is this machine. The site is not where loopback usually is: what is told to jobs must be the address that the config has. */
export function thisMachine(shares: string): ComputeNode {
  console.log(`login and compute share a network here: ${shares}`);
  const addresses = { address: "127.0.0.1", login: "127.0.0.2" };
  return { name: hostname(), ...addresses, shares, command: (...command) => [...command], remove: () => {} };
}

function inside(name: string): ComputeNode["command"] {
  const rename = 'echo "$0" > /proc/sys/kernel/hostname && exec "$@"';
  const enter = ["nsenter", `--net=/run/netns/${name}`, "unshare", "--uts", "sh", "-c", rename, name];
  return (...command) => [...enter, ...command];
}

/** Two addresses that are nobody's: the block is for tests between networks (RFC 2544). */
function pair(pid: number): [string, string] {
  const place = pid % 2 ** 15;
  const at = (last: number) => `198.${18 + (place >> 14)}.${(place >> 6) & 255}.${((place & 63) << 2) + last}`;
  return [at(1), at(2)];
}

/** Names of interfaces have 15 letters at most. */
function interfaces(pid: number): [string, string] {
  return [`ist${pid}a`, `ist${pid}b`];
}

function removeNode(pid: number): void {
  // The pair goes with either end; what still runs inside keeps the namespace, and no way out of it.
  spawnSync("ip", ["link", "delete", interfaces(pid)[0]]);
  spawnSync("ip", ["netns", "delete", `${prefix}${pid}-node`]);
  const lines = readFileSync(hosts, "utf8").split("\n");
  const others = lines.filter((line) => line.split(" ")[1] !== `${prefix}${pid}-node`);
  if (others.length < lines.length) writeFileSync(hosts, others.join("\n"));
}

/** What runs left that were killed. */
function removeLeft(): void {
  const spaces = existsSync("/run/netns") ? readdirSync("/run/netns") : [];
  const named = readFileSync(hosts, "utf8").split(/\s+/);
  for (const name of [...spaces, ...named]) {
    const pid = new RegExp(`^${prefix}(\\d+)-node$`).exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeNode(Number(pid));
  }
}

function must(command: string, ...args: string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr.trim()}`);
}
