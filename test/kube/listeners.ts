import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Addresses on which processes listen for TCP, as the kernel knows them: `127.0.0.1:6443`, `[::]:8080`. */
export function listeners(ids: readonly number[]): readonly string[] {
  const inodes = new Set(ids.flatMap(socketsOf));
  return [...table("tcp"), ...table("tcp6")].filter(({ inode }) => inodes.has(inode)).map(({ address }) => address);
}

const LISTEN = "0A";

function table(name: "tcp" | "tcp6"): readonly { readonly address: string; readonly inode: string }[] {
  return readFileSync(`/proc/net/${name}`, "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTEN)
    .map(([, local = "", , , , , , , , inode = ""]) => ({ address: readable(local), inode }));
}

/** The kernel writes addresses as words in the machine's byte order. */
function readable(local: string): string {
  const [address = "", port = ""] = local.split(":");
  const words = (address.match(/.{8}/g) ?? []).map((word) => (word.match(/../g) ?? []).reverse());
  const number = Number.parseInt(port, 16);
  if (words.length === 1) return `${words[0]?.map((byte) => Number.parseInt(byte, 16)).join(".")}:${number}`;
  const bytes = words.flat().join("").toLowerCase();
  const mapped = /^0{20}ffff(.{8})$/.exec(bytes)?.[1];
  if (mapped) return `${(mapped.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).join(".")}:${number}`;
  return /^0+$/.test(bytes) ? `[::]:${number}` : `[${bytes}]:${number}`;
}

function socketsOf(id: number): readonly string[] {
  try {
    return readdirSync(`/proc/${id}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${id}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return []; // closed meanwhile
      }
    });
  } catch {
    return []; // ended meanwhile
  }
}
