/** One line of an engine's `-json` output, reduced to what is used here. */
export type EngineEvent =
  | { readonly kind: "diagnostic"; readonly severity: string; readonly diagnostic: Diagnostic; readonly text: string }
  | { readonly kind: "provisioner"; readonly address: string; readonly output: string; readonly text: string }
  | { readonly kind: "other"; readonly text: string };

/** An error or warning of the engine. */
export interface Diagnostic {
  readonly summary: string;
  readonly detail: string;
  readonly address?: string;
}

interface Line {
  readonly "@message"?: string;
  readonly type?: string;
  readonly diagnostic?: { severity?: string; summary?: string; detail?: string; address?: string };
  readonly hook?: { output?: string; resource?: { addr?: string } };
}

/** A line of output; what is no JSON (a crash, a wrapper's own words) is passed on as text. */
export function readEvent(raw: string): EngineEvent {
  const line = parse(raw);
  if (!line) return { kind: "other", text: raw };
  const text = line["@message"] ?? raw;
  if (line.type === "diagnostic" && line.diagnostic) {
    const { severity = "error", summary = "", detail = "", address } = line.diagnostic;
    const diagnostic = { summary, detail, ...(address ? { address } : {}) };
    return { kind: "diagnostic", severity, diagnostic, text: detail ? `${text}\n${indented(detail)}` : text };
  }
  if (line.type === "provision_progress")
    return { kind: "provisioner", address: line.hook?.resource?.addr ?? "", output: line.hook?.output ?? "", text };
  return { kind: "other", text };
}

function parse(raw: string): Line | undefined {
  if (!raw.startsWith("{")) return undefined;
  try {
    return JSON.parse(raw) as Line;
  } catch {
    return undefined;
  }
}

function indented(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, "  ");
}
