import { sendCommand } from "../../constructs/hpc/ssh";
import { withWayOn } from "../cut-connection";
import type { Diagnostic } from "./events";

/** How the site kit begins the line that tells why it failed. */
export const kitError = "isthmus: error: ";

/** What an engine run said, as far as its failure may lie in it. */
export interface Said {
  readonly errors: readonly Diagnostic[];
  /** Lines that programs started by the engine printed, oldest first. */
  readonly provisioners: readonly string[];
  /** Everything else that is no JSON: stderr, crashes. */
  readonly raw: readonly string[];
}

/** Errors that only follow from another one. */
const consequences = new Set(["execution halted"]);

/** The one line that matters of a failed engine run: our own program's word first, then the engine's first real error. */
export function failureLine(said: Said): string {
  const own = said.provisioners.findLast((line) => line.startsWith(kitError));
  if (own !== undefined) return own.slice(kitError.length);
  const first = said.errors.find((e) => !consequences.has(e.summary)) ?? said.errors[0];
  if (first) return diagnosticLine(first, said.provisioners);
  return said.raw.findLast((line) => line.trim() !== "")?.trim() ?? "the engine said nothing";
}

function diagnosticLine({ summary, detail, address }: Diagnostic, provisioners: readonly string[]): string {
  if (summary.endsWith("precondition failed") || summary.endsWith("postcondition failed")) return oneLine(detail);
  const at = address ? ` (${address})` : "";
  if (summary === "local-exec provisioner error") return provisionerLine(detail, provisioners) + at;
  return `${summary.replace(/^Error: /, "")}${detail ? `: ${oneLine(detail)}` : ""}${at}`;
}

/** A program without a word for us: its last line and how it ended. */
function provisionerLine(detail: string, provisioners: readonly string[]): string {
  const ended = /': ((?:exit status|signal:|fork\/exec|exec:).*?)\. Output: /s.exec(detail)?.[1];
  const last = provisioners.findLast((line) => line.trim() !== "" && !line.startsWith("Executing: "));
  if (ended === undefined) return oneLine(detail);
  if (last === undefined) return `the program ended with ${ended}`;
  return `${withWayOn(last.trim(), { said: provisioners, installs: detail.includes(sendCommand) })} (${ended})`;
}

/** The first paragraph in one line of at most 300 characters. */
function oneLine(text: string): string {
  const paragraph = text.trim().split(/\n\s*\n/)[0] ?? "";
  const line = paragraph.replaceAll(/\s+/g, " ");
  return line.length <= 300 ? line : `${line.slice(0, 297)}...`;
}
