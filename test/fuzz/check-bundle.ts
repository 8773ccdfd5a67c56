import { createHash } from "node:crypto";
import { parse } from "yaml";
import { checkNginx } from "./check-nginx";

interface Program {
  readonly name: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** A bundle's files, checked one by one, and its digest. */
export function checkBundle(stackFiles: ReadonlyMap<string, string>): void {
  const files = new Map(
    [...stackFiles].flatMap(([path, text]) =>
      path.startsWith("bundle/") ? [[path.slice("bundle/".length), text]] : [],
    ),
  );
  for (const [path, text] of files) if (!/^(kit|locks|config)\//.test(path)) checkFile(path, text);
  const manifest = JSON.parse(files.get("bundle.json") ?? "") as { digest: string; programs: readonly Program[] };
  if (manifest.digest !== digestOf(files, manifest.digest)) throw new Error("the bundle's digest does not hold");
  for (const program of manifest.programs) checkProgram(program);
}

function checkFile(path: string, text: string): void {
  if (/[\ud800-\udfff]/u.test(text)) throw new Error(`${path} is no text: half a character`);
  if (path.endsWith(".json")) noNulls(path, JSON.parse(text));
  else if (/(?![\n\t])\p{Cc}/u.test(text)) throw new Error(`${path} has control characters`);
  if (path.endsWith("nginx.conf")) checkNginx(text);
  if (path === "portal.html") checkPortal(text);
  if (path === "pages.json")
    for (const [page, content] of Object.entries(JSON.parse(text) as object)) checkPage(page, content);
}

/** What ends a C string, or is half a character, stops Python programs that hand it on. */
function noNulls(path: string, value: unknown): void {
  if (typeof value === "string" && /\0|[\ud800-\udfff]/u.test(value))
    throw new Error(`${path}: ${JSON.stringify(value)}`);
  if (typeof value === "number" && !Number.isFinite(value)) throw new Error(`${path}: ${value}`);
  if (typeof value === "object" && value !== null)
    for (const [key, inner] of Object.entries(value)) {
      noNulls(path, key);
      noNulls(path, inner);
    }
}

function checkPage(path: string, text: string): void {
  if (!/^(stac|intake)\/[a-z0-9./-]+$/.test(path) || path.includes("..")) throw new Error(`a page at ${path}`);
  const content: unknown = path.endsWith(".json") ? JSON.parse(text) : parse(text);
  if (typeof content !== "object" || content === null) throw new Error(`${path} is no page`);
}

/** As the kit computes it. */
function digestOf(files: ReadonlyMap<string, string>, told: string): string {
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const lines = [...files.keys()].sort().map((path) => {
    const text = files.get(path) ?? "";
    return `${path}\0${sha256(path === "bundle.json" ? text.replace(`"digest": "${told}"`, '"digest": ""') : text)}\n`;
  });
  return sha256(lines.join(""));
}

const placeholder = /\{(?:root|bundle|node|nginx\.globals|env\.(?:hub|user|copies)|tool\.(?:chp|versitygw))\}/g;

/** Words of programs: one line each, no braces but our own placeholders'. */
function checkProgram({ name, command, environment = {} }: Program): void {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) throw new Error(`a program named ${JSON.stringify(name)}`);
  for (const word of [...command, ...Object.values(environment)])
    if (/[\p{Cc}{}%"'\\\s]/u.test(word.replaceAll(placeholder, "")))
      throw new Error(`${name}: a word ${JSON.stringify(word)}`);
}

/** Tags without power: none that runs, loads, frames or submits anything, and no attribute that does. */
const tag =
  /<(?:!doctype html|\/?(?!script|iframe|object|embed|form|input|button|img|link|base|svg|math|video|audio)[a-z][a-z0-9]*(?: (?:lang|class|id|href|charset|name|content|title|datetime|rel)="[^"<>]*")*)>/g;

/** No user's text opens a tag in the portal, and links lead to the web or to this site. */
function checkPortal(text: string): void {
  const rest = text.replaceAll(tag, "");
  for (const once of ["<title>", "</title>", "<h1>", "</h1>", "</body>", "</style>"])
    if (text.split(once).length !== 2) throw new Error(`the portal does not have ${once} once`);
  if (/[<>]/.test(rest)) throw new Error(`the portal has a tag that is not its own: ${/.*[<>].*/.exec(rest)?.[0]}`);
  for (const [, link] of text.matchAll(/href="([^"]*)"/g))
    if (!/^(https?:\/\/|mailto:|\/)[^\s<>]*$/.test(link ?? "")) throw new Error(`the portal links ${link}`);
}
