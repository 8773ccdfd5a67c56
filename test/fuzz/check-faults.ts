import { relative, resolve } from "node:path";
import type { Fault } from "../../config/faults";

/** Longest text of a fault's parts that still is a message. */
const longest = 1000;

/** What is wrong with a fault itself, as text; nothing where a person can act on it. `files` by path below `folder`. */
export function faultOfFault(fault: Fault, folder: string, files: ReadonlyMap<string, Buffer>): string | undefined {
  const { path, message, got, allowed, fix } = fault;
  if (message.trim() === "") return "no message";
  if (!fix || fix.trim() === "") return "no fix";
  if (fault.code === "schema" && path === "" && !message.startsWith("expected")) return "no path";
  for (const [part, text] of Object.entries({ path, message, got, allowed, fix })) {
    if (text === undefined) continue;
    if (text.length > longest) return `${part} of ${text.length} characters`;
    if (
      /undefined|\[object |note:\{|Invalid input|\bNaN\b.*expected|zod/i.test(text) &&
      !/undefined|zod/i.test(got ?? "")
    )
      return `${part} is a program's word: ${text}`;
  }
  return misplaced(fault, files.get(relative(folder, resolve(fault.file))));
}

function misplaced({ code, line, col }: Fault, bytes: Buffer | undefined): string | undefined {
  if (line < 1 || col < 1) return "positions count from 1";
  if (!bytes) return code === "file" ? undefined : "in a file that is not there";
  // The parser ends lines at "\n" only, and so do editors for what is left of "\r\n".
  const lines = bytes.toString("utf8").split("\n");
  const text = lines[line - 1];
  if (text === undefined) return `line ${line} of ${lines.length}`;
  return col > text.length + 1 ? `column ${col} of ${text.length}` : undefined;
}
