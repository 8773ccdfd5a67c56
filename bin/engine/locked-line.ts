import { basename, relative } from "node:path";
import type { EngineContext } from "./command";
import type { Diagnostic } from "./events";

/** What an engine says of a lock that another one holds. */
interface LockInfo {
  readonly id: string;
  readonly who: string;
  readonly operation: string;
  readonly created: string;
}

/** Who holds a stack's lock and how it is opened where that run is gone; undefined where no lock was the reason. */
export function lockedLine(
  errors: readonly Diagnostic[],
  { engine, directory }: Pick<EngineContext, "engine" | "directory">,
): string | undefined {
  const error = errors.find(({ summary }) => summary === "Error acquiring the state lock");
  const lock = error && infoIn(error.detail);
  if (!lock) return undefined;
  const command = engine.from === "path" ? basename(engine.command) : engine.command;
  const place = relative(process.cwd(), directory) || ".";
  const since = `${lock.who} (${lock.operation} since ${lock.created})`;
  return `it is being changed by ${since}: wait until that ends and run this again; only if that run was killed, open its lock: ${command} -chdir=${place} force-unlock ${lock.id}`;
}

const operations: Readonly<Record<string, string>> = {
  OperationTypeApply: "apply",
  OperationTypePlan: "plan",
  OperationTypeRefresh: "refresh",
};

function infoIn(detail: string): LockInfo | undefined {
  const field = (name: string) => new RegExp(`^\\s*${name}:\\s*(\\S.*?)\\s*$`, "m").exec(detail)?.[1];
  const id = field("ID");
  if (id === undefined) return undefined;
  const operation = field("Operation") ?? "";
  return {
    id,
    who: field("Who") ?? "somebody",
    operation: operations[operation] ?? operation,
    created: field("Created") ?? "an unknown time",
  };
}
