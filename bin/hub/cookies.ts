interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  readonly secure: boolean;
  /** Milliseconds since 1970; infinite for a cookie that lives as long as the jar. */
  readonly until: number;
}

/** The cookies of one hub, kept as a browser would keep them for one host. */
export class CookieJar {
  private readonly cookies = new Map<string, Cookie>();

  /** Takes an answer's `Set-Cookie` lines. */
  take(url: URL, lines: readonly string[], now: number = Date.now()): void {
    for (const line of lines) {
      const cookie = parseCookie(line, url, now);
      if (!cookie) continue;
      const key = `${cookie.path} ${cookie.name}`;
      if (cookie.until <= now) this.cookies.delete(key);
      else this.cookies.set(key, cookie);
    }
  }

  /** The `Cookie` header for a request, longest path first; empty where none goes there. */
  header(url: URL, now: number = Date.now()): string {
    return this.at(url, now)
      .map(({ name, value }) => `${name}=${value}`)
      .join("; ");
  }

  /** The value that a request to `url` would carry first. */
  value(url: URL, name: string, now: number = Date.now()): string | undefined {
    return this.at(url, now).find((cookie) => cookie.name === name)?.value;
  }

  private at(url: URL, now: number): Cookie[] {
    return [...this.cookies.values()]
      .filter((c) => c.until > now && pathMatches(url.pathname, c.path) && (!c.secure || url.protocol === "https:"))
      .sort((a, b) => b.path.length - a.path.length);
  }
}

/** One `Set-Cookie` line; a hub's domain attribute names itself, so it is not looked at. */
function parseCookie(line: string, url: URL, now: number): Cookie | undefined {
  const [pair = "", ...rest] = line.split(";").map((part) => part.trim());
  const split = pair.indexOf("=");
  if (split < 1) return undefined;
  const attributes = new Map(
    rest.map((part) => {
      const [key = "", ...value] = part.split("=");
      return [key.toLowerCase(), value.join("=")] as const;
    }),
  );
  const path = attributes.get("path");
  return {
    name: pair.slice(0, split),
    value: pair.slice(split + 1),
    path: path?.startsWith("/") ? path : defaultPath(url.pathname),
    secure: attributes.has("secure"),
    until: expiry(attributes, now),
  };
}

function expiry(attributes: ReadonlyMap<string, string>, now: number): number {
  const maxAge = attributes.get("max-age");
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return now + Number(maxAge) * 1000;
  const expires = Date.parse(attributes.get("expires") ?? "");
  return Number.isNaN(expires) ? Number.POSITIVE_INFINITY : expires;
}

/** RFC 6265, 5.1.4. */
function defaultPath(path: string): string {
  const end = path.lastIndexOf("/");
  return end <= 0 ? "/" : path.slice(0, end);
}

function pathMatches(path: string, of: string): boolean {
  return path === of || (path.startsWith(of) && (of.endsWith("/") || path[of.length] === "/"));
}
