import fc from "fast-check";

/** What YAML, shells, INI files, nginx, Terraform, HTML, Python's formats and our own placeholders give a meaning to. */
const tokens = [
  ...["", " ", "\t", "\n", "a\nb", "a\r\nb", "\r", "\0", "\u0001", "\u001b[31m", "\u007f", "\u0085", "\u2028"],
  ...["\u202e", "\ufeff", "\ud800", "\udfff", "\uffff", "é", "日本語", "🦀", "e\u0301", "\u200d"],
  ...["null", "~", "none", "no", "yes", "on", "off", "true", "false", "0", "-1", "1e99", ".nan", ".inf", "0x1F", "60m"],
  ...["..", "../..", "../../etc/passwd", "/", "//", "/etc", "~/x", ".hidden", "a/../b", "a//b", "-rf", "--"],
  ...[
    "$" + '{file("/etc/passwd")}',
    "$" + "{self.input.root}",
    "$$" + "{x}",
    "%{for x in y}",
    "%(x)s",
    "%%",
    "%",
    "$(x)",
    "`x`",
  ],
  ...["{root}", "{bundle}", "{env.hub}", "{user}", "{tool.x}", "{", "}", "{{ x }}", "{% x %}", "{0}", "$x", "$uri"],
  ...[
    ";}",
    ";",
    "'",
    '"',
    "\\",
    "\\n",
    "'; }",
    '";',
    "#",
    " # x",
    " ;x",
    "[x]",
    "=",
    "&",
    "*",
    "!",
    "|",
    ">",
    "@",
    ",",
  ],
  ...["<script>", "</title>", "&amp;", "<!--", "]]>", ": ", "- ", "? ", "&a b", "*a", "!!str x", "<<", "---", "..."],
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "length", "x@y.example", "ann@delta.example"],
  ...["2026-12-18", "2020-01-01", "2026-02-30", "9999-99-99", "2026-12-18T17:00:00+01:00", "2024-02-29T24:00:00Z"],
];

/** Any characters, half ones too. */
const codePoints = fc
  .array(fc.oneof(fc.nat({ max: 0x10_ffff }), fc.nat({ max: 0xff }), fc.nat({ max: 0x7e })), { maxLength: 12 })
  .map((points) => String.fromCodePoint(...points));

const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...tokens) },
  { weight: 2, arbitrary: fc.array(fc.constantFrom(...tokens), { minLength: 2, maxLength: 4 }).map((t) => t.join("")) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.constantFrom("A", ...tokens), { minLength: 1, maxLength: 2 })
      .map((t) => `A ${t.join("b")} z`),
  },
  { weight: 1, arbitrary: codePoints },
  { weight: 1, arbitrary: fc.constantFrom(64, 201, 1024, 5001, 70_000).map((n) => "x".repeat(n)) },
);

const numbers = fc.oneof(
  fc.constantFrom(0, -1, 1, -0, 0.1, 0.5, 1.5, 1e99, 2 ** 31, 2 ** 53, Number.NaN, Infinity, -Infinity, 1e-9),
  fc.integer({ min: 1, max: 70_000 }),
);

/** Values of other types. */
const others = fc.constantFrom<Value>(null, true, false, [], [null], ["a", "a"], new Map(), new Map([["kind", "x"]]), [
  ["a"],
]);

/** Data of a YAML file: maps keep every key, `__proto__` too. */
export type Value = string | number | boolean | null | readonly Value[] | ReadonlyMap<string, Value>;

const ports = fc.oneof(
  fc.integer({ min: 1020, max: 1030 }),
  fc.integer({ min: 65_520, max: 65_540 }),
  fc.integer({ min: 20_000, max: 20_120 }),
  fc.integer({ min: 8600, max: 8660 }),
);
const sizes = fc.constantFrom(
  "512Mi",
  "1Gi",
  "2Gi",
  "999999.99Pi",
  "1.5Gi",
  "0Gi",
  "1Mi",
  "0.5Gi",
  "2GB",
  "1.005Gi",
  "4 Gi",
);
const cores = fc.constantFrom(0.1, 0.5, 1, 1.5, 2, 0.30000000000000004, 1024, 1025, 0.05);
const zones = fc.constantFrom(...Intl.supportedValuesOf("timeZone"), "UTC", "EST5EDT", "utc", "Etc/GMT+12", "+01:00");
const days = fc.constantFrom(
  ...["2199-12-31", "2000-01-01", "2026-03-29", "2011-12-30", "1999-12-31", "2200-01-01", "2024-02-29", "2026-12-18"],
  ...["2026-12-18T17:00:00+01:00", "2026-12-18T17:00Z", "2199-12-31T23:59:59-99:99", "2026-12-18T25:00:00Z"],
);
const hosts = fc.constantFrom(
  ...["127.0.0.1", "127.1.2.3", "::1", "localhost", "0.0.0.0", "::", "::0", "10.0.0.1", "fe80::1", "fe80::1%eth0"],
  ...["::ffff:127.0.0.1", "2001:db8::1", "1.2.3", "host", "[::1]", "127.0.0.1:80", "LOCALHOST", "::1%25lo"],
);
const urls = fc.constantFrom(
  ...[
    "https://s3.example.org",
    "http://127.0.0.1:8611",
    "https://h:65535",
    "https://h:65536",
    "https://h:99999",
    "https://h:0",
  ],
  ...[
    "https://a..b",
    "https://-a",
    "https://1.2.3.4.5",
    "https://256.1.1.1",
    "https://0x7f.1",
    "https://1",
    "https://.",
    "http://a.b.",
  ],
  ...[
    "https://H.Example",
    "https://h/p/q",
    "https://h/..",
    "https://h/./x",
    "https://h/%2e",
    "https://u:p@h",
    "https://[::1]",
    "https://h:08",
    "https://xn--a",
  ],
);
const paths = fc.constantFrom(
  ...[
    "a",
    "a/b",
    "a.b/c-d_e",
    "a/.b",
    "a/..",
    "/a",
    "a/",
    "a//b",
    "..a",
    "a..",
    "-",
    "a b",
    "a/b.json",
    "a.zarr",
    "é",
    "a%2f",
    "_",
  ],
);
const directories = fc.constantFrom(
  ...[
    "x",
    "/srv/x",
    "../x",
    "../..",
    "/",
    ".",
    "./x/",
    "state",
    "state/x",
    ".isthmus",
    "x@y+z",
    "//x",
    "/srv//x/",
    "a b",
    "-x",
    "/srv/../etc",
    "..",
    "sites-root/delta/x",
    "/srv/older",
    "/SRV",
  ],
);
const buckets = fc.constantFrom(
  "abc",
  "a.b.c",
  "a-b",
  "ab",
  "a".repeat(63),
  "a".repeat(64),
  "demo-east-scratch",
  "a..b",
  "-ab",
  "1.2.3.4",
  "Abc",
  "a-.b",
);
const ids = fc.constantFrom(
  ...[
    "a",
    "x1",
    "prod",
    "base",
    "scratch",
    "library",
    "delta",
    "east",
    "west",
    "pod",
    "zarr",
    "stac",
    "a-b",
    "a--b",
    "catalog.json",
    "x.zarr",
  ],
  ...[
    "constructor",
    "a".repeat(31),
    "a".repeat(32),
    "a.b",
    "A",
    "1a",
    "-a",
    "a-",
    "search",
    "small",
    "course",
    "user",
    "nginx",
    "s3",
  ],
);
const people = fc.constantFrom(
  "ann",
  "a.b_c-d",
  "ann@delta.example",
  "Ann",
  "ann@",
  "@x",
  "a".repeat(64),
  "root",
  "-a",
  "x@y@z.example",
);
const kinds = fc.constantFrom(
  ...[
    "zarr",
    "icechunk",
    "references",
    "cog",
    "parquet",
    "tiledb",
    "computed",
    "cilogon",
    "oidc",
    "local",
    "slurm",
    "s3",
    "gcs",
    "sharedPassword",
    "pam",
  ],
  ...[
    "scratch",
    "persistent",
    "library",
    "hpc",
    "store",
    "aws",
    "read",
    "write",
    "none",
    "public",
    "federation",
    "everyone",
    "here",
  ],
);
const globs = fc.constantFrom<Value>(
  ["sites/*.yaml"],
  ["sites/*"],
  ["**"],
  ["."],
  ["sites"],
  ["./sites/*.yaml"],
  ["sites/{a,b}*.yaml"],
  ["sites/[!"],
  ["!sites/*"],
  ["sites/../sites/*.yaml"],
  ["nothing.yaml"],
  ["sites/+(*)"],
);

const domains = fc.constantFrom(
  ...[
    "cloud.example",
    "ridge.cloud.example",
    "prod.ridge.cloud.example",
    "data.ridge.cloud.example",
    "example",
    "a..b",
  ],
  ...["A.example", "x.co.uk", `${"a".repeat(63)}.example`, `${`${"a".repeat(60)}.`.repeat(4)}org`, "-a.example"],
);
const images = fc.constantFrom(
  ...[
    "quay.io/pangeo/pangeo-notebook:2026.06.04",
    "rocker/binder:4.5",
    "docker.io/rocker/binder",
    "quay.io/x/y:latest",
  ],
  ...["localhost:5000/x:1", "quay.io/x@sha256:0", `quay.io/x/y@sha256:${"0".repeat(64)}`, "quay.io/X/y:1"],
);

/** Values that a key may get by whoever half knows it: on both sides of its limits. */
const byKey: Readonly<Record<string, fc.Arbitrary<Value>>> = {
  ports,
  port: ports,
  memory: sizes,
  cache: sizes,
  quota: sizes,
  size: sizes,
  database: sizes,
  sizes: fc.array(sizes, { minLength: 1, maxLength: 3 }),
  cores,
  vcpu: fc.constantFrom(1, 2, 8, 64, 1024),
  domain: domains,
  zone: domains,
  image: images,
  timezone: zones,
  expires: days,
  host: hosts,
  endpoint: urls,
  issuer: urls,
  contact: fc.oneof(urls, people, text),
  path: fc.oneof(paths, directories),
  root: directories,
  existing: buckets,
  site: ids,
  federation: ids,
  servedBy: ids,
  bucket: ids,
  use: ids,
  defaultProfile: ids,
  kind: kinds,
  purpose: kinds,
  provider: kinds,
  access: fc.oneof(
    kinds,
    fc.constantFrom<Value>(new Map([["sites", ["east"]]]), new Map([["groups", ["team"]]]), new Map()),
  ),
  allow: fc.oneof(
    kinds,
    people.map((p) => new Map([["users", [p]]])),
  ),
  url: fc.oneof(fc.constantFrom("/lab", "/tree", "/", "//x", "/lab?x=1", "/..", "lab", "/a b"), urls),
  sites: globs,
  idleMinutes: fc.oneof(numbers, fc.constantFrom("60m", "1h", "60")),
};

const plain = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 2, arbitrary: numbers },
  { weight: 1, arbitrary: others },
);

/** A value for a key: half the time one of the kind it wants. */
export function valueFor(key: string | number | undefined): fc.Arbitrary<Value> {
  const own = Object.hasOwn(byKey, String(key)) ? byKey[String(key)] : undefined;
  const listed = typeof key === "number" ? fc.oneof(ids, people) : undefined;
  const wanted = own ?? listed;
  return wanted ? fc.oneof({ weight: 5, arbitrary: wanted }, { weight: 1, arbitrary: plain }) : plain;
}

/** A name for a key: a slip, an id, or something odd. */
export const keyName = fc.oneof(
  ids,
  fc.constantFrom("X_Y", "PATH", "ISTHMUS_SITE", "AWS_REGION", "SCRATCH_BUCKET", "A", "LD_PRELOAD", "PYTHONPATH"),
  fc.constantFrom("titel", "site", "hubs", "datasets", "ports", "kind", "expire", "public", "worker", "budget", "use"),
  fc.constantFrom(...tokens),
);

/** A piece of text to put anywhere into a file. */
export const piece = fc.oneof(
  fc.constantFrom(...tokens),
  fc.constantFrom(
    "\t",
    "\ufeff",
    "\r",
    "&a ",
    "*a",
    "<<: *a",
    "!!python/object:x ",
    "? ",
    "%YAML 1.1\n---\n",
    "--- ",
    "[",
    "{",
    "]",
    "}",
    ": ",
    "| ",
    "'",
  ),
  fc.constantFrom(
    "[".repeat(50),
    "{a: ".repeat(60),
    "- ".repeat(60),
    " ".repeat(500),
    "x".repeat(70_000),
    "a: ".repeat(3),
    "[[1],".repeat(30),
  ),
);
