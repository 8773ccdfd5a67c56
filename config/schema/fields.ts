import { z } from "zod";
import { listed } from "../suggest";

/** A message, what is allowed and how to fix it, carried through zod's one message string (see `unpack`). */
export interface Note {
  readonly message: string;
  readonly allowed?: string;
  readonly fix?: string;
  /** Names to compare a wrong one with. */
  readonly names?: readonly string[];
  /** Keys that mean something elsewhere and cannot here, with why. */
  readonly refused?: Refused;
}

/** Keys that a map does not have for a reason, each with the reason and what to do. */
export type Refused = Readonly<Record<string, { readonly message: string; readonly fix: string }>>;

const mark = "\u0001note:";

export function pack(note: Note): string {
  return mark + JSON.stringify(note);
}

/** The note in a zod message, or undefined when zod worded it itself. */
export function unpack(message: string): Note | undefined {
  return message.startsWith(mark) ? (JSON.parse(message.slice(mark.length)) as Note) : undefined;
}

/**
 * A map with exactly these keys: an unknown key is a fault that names the nearest known one.
 *
 * @param refused keys that people expect here and that cannot be, with why
 */
export function block<S extends z.ZodRawShape>(shape: S, refused: Refused = {}) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? pack({ message: "unknown key", allowed: listed(known), names: known, refused })
        : pack({ message: "expected a map", allowed: `a map of ${listed(known)}` }),
  });
}

/** A string that matches a pattern, with the rule in words. */
export function text(pattern: RegExp, allowed: string, fix?: string) {
  return z.string().regex(pattern, {
    error: pack({ message: "not in the form that is needed here", allowed, ...(fix ? { fix } : {}) }),
  });
}

/** A name of lower-case letters, digits and hyphens like a text; empty where there is nothing alike. */
export function slug(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "");
}

/** `none`: the whole block off, its defaults included. */
export const none = z.literal("none");

/** A short name for a site, hub, bucket, profile: it becomes part of names in clouds and URLs. */
export const id = text(
  /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,30}$/,
  "lower-case letters, digits and single hyphens, a letter first, at most 31",
);

/** A dataset's id: the same rule, longer, with dots for versions of products. */
export const datasetId = text(
  /^[a-z](?:[a-z0-9]|[-.](?=[a-z0-9])){0,62}$/,
  "lower-case letters, digits, single hyphens and dots, a letter first, at most 63",
);

export const title = z
  .string()
  .min(1)
  .max(200)
  .regex(/^(?:[^\n\r]*\S[^\n\r]*)?$/, {
    error: pack({
      message: "not one line of text",
      allowed: "one line",
      fix: "write it in one line (`>-` joins lines)",
    }),
  })
  .describe("A line for people: shown in the hub, the catalog and the portal. At most 200 characters.");

/** A whole number of something. */
export function count(least: number, most: number) {
  return z.number().int().min(least).max(most);
}

const binaryUnits = { Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50 } as const;

/** A size in bytes as Kubernetes writes it: `512Mi`, `16Gi`, `2Ti`. */
export const size = text(
  /^(?:[1-9]\d{0,5})(?:\.\d{1,2})?(?:Mi|Gi|Ti|Pi)$/,
  "a number with Mi, Gi, Ti or Pi: 512Mi, 16Gi, 2Ti",
);

export const email = text(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "an e-mail address");

/** Addresses of a network. */
export const cidr = text(
  /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\/(?:3[0-2]|[12]?\d)$/,
  "ADDRESS/BITS: 10.20.0.0/16",
);

/** A disk's size: provisioners make whole gibibytes. */
export const diskSize = text(/^[1-9]\d{0,5}(?:Gi|Ti|Pi)$/, "a whole number with Gi, Ti or Pi, at least 1Gi: 50Gi, 2Ti");

/** Bytes of a size that passed the schema. */
export function bytesOf(value: string): number {
  const unit = value.slice(-2) as keyof typeof binaryUnits;
  return Math.round(Number(value.slice(0, -2)) * binaryUnits[unit]);
}

/** A key inside a bucket: relative, no empty, `.` or `..` part, so that it can stand in a URL and in a file system alike. */
export const objectPath = text(
  /^(?!.*(?:^|\/)\.)[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*$/,
  "parts of letters, digits, `_`, `.`, `-` joined by `/`; no leading or trailing `/`, no part that starts with a dot",
);

const urlForm = "http:// or https://, a host, no trailing slash";

/** A URL that every client reads as it is written: no host that is a number in disguise, no port that there is not, no `..`. */
export const url = text(/^https?:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?(?:\/[\w.~-]+)*$/, urlForm).refine(
  (value) => !value.startsWith("http") || isPlainUrl(value),
  { error: pack({ message: "not a URL that every client reads alike", allowed: `${urlForm}; ports to 65535` }) },
);

function isPlainUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { href, hostname } = new URL(value);
  const [, host = "", port = "", path = ""] = /^https?:\/\/([^/:]*)(?::(\d+))?(.*)$/.exec(value) ?? [];
  const labels = hostname.split(".");
  const named = labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label)) && hostname.length <= 253;
  return named && hostname === host.toLowerCase() && href.endsWith(path) && (port === "" || Number(port) > 0);
}

/**
 * A map keyed by name. A wrong name is a fault at the key, and what stands under it is checked all the same: zod's own
 * check of keys would stop there.
 */
export function named<V extends z.ZodType>(key: z.ZodType<string, string>, value: V) {
  const names = (payload: z.core.ParsePayload) => {
    if (typeof payload.value !== "object" || payload.value === null || Array.isArray(payload.value)) return;
    for (const name of Object.keys(payload.value)) {
      const issue = key.safeParse(name).error?.issues[0];
      const note = issue && unpack(issue.message);
      const other = [slug(name), name.toUpperCase().replaceAll(/\W/g, "_")].find((n) => key.safeParse(n).success);
      const fix = other === undefined ? "choose another name" : `call it ${other}`;
      const message = pack({ fix, ...note, message: `"${name}" cannot be a name here` });
      if (issue) payload.issues.push({ code: "custom", path: [name], message, input: name, params: { key: true } });
    }
  };
  const check = z.core._check(names, { when: () => true });
  // For editors: zod's JSON schema of a map knows no check of ours.
  const { pattern } = z.toJSONSchema(key);
  return z
    .record(z.string(), value)
    .check(check)
    .meta(pattern ? { keyPattern: pattern } : {});
}

/** A place for a secret, never the secret itself. */
export const secretRef = block({
  env: text(/^[A-Z_][A-Z0-9_]*$/, "the name of an environment variable").describe(
    "Read from this environment variable of whoever deploys.",
  ),
  revision: count(1, 1_000_000).optional().describe("Raise it to rotate the secret. Default 1."),
});

export type SecretRef = z.infer<typeof secretRef>;
