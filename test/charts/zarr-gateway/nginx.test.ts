import { App } from "cdktf";
import { describe, expect, test } from "vitest";
import { hubLocation } from "../../../charts/zarr-gateway/hub";
import { type GatewayDataset, pattern, word } from "../../../charts/zarr-gateway/input";
import { type SiteFrontProps, siteFront } from "../../../charts/zarr-gateway/nginx";
import type { ResolvedFederation } from "../../../config/resolve/federation";
import type { ResolvedDataset } from "../../../config/resolve/lake";
import { HpcBaseStack } from "../../../stacks/hpc/base";
import { hpc, load, plain, store } from "../../config/federation-of";

const own: GatewayDataset = {
  id: "own",
  at: "/zarr/own.zarr",
  origin: { kind: "directory", bucket: "lake", path: "deep/own" },
};
const far: GatewayDataset = {
  id: "far",
  at: "/icechunk/far",
  origin: { kind: "http", url: "https://s3.example.org/b/far" },
};
const abroad = { at: "/zarr/abroad.zarr", url: "https://data.example.org/zarr/abroad.zarr" };

function front(props: Partial<SiteFrontProps> = {}): string {
  const listen = { host: "127.0.0.1", port: 8610 };
  return siteFront({ listen, cacheBytes: 2 ** 30, datasets: [own, far], foreign: [abroad], ...props });
}

/** Location blocks by what they match. */
function locations(conf: string): Map<string, string> {
  const blocks = conf.matchAll(/^ {4}location (.*) \{\n([\s\S]*?)\n {4}\}$/gm);
  return new Map([...blocks].map(([, match = "", body = ""]) => [match, body]));
}

describe("words", () => {
  test.each(["a b", "a;b", "a{", "a}", "a'", 'a"', "$uri", "a\\b", "a\n", "a#b", "", "a*", "é", "a(b"])(
    "%j cannot become a part of the configuration, wherever it stands",
    (bad) => {
      expect(() => word(bad)).toThrow(/not a word for nginx/);
      const bucket = { ...own, origin: { kind: "directory", bucket: bad, path: "p" } } as const;
      const path = { ...own, origin: { kind: "directory", bucket: "b", path: bad } } as const;
      for (const dataset of [bucket, path, { ...own, at: bad }, { ...far, at: bad }])
        expect(() => front({ datasets: [dataset] })).toThrow(/not a word/);
      for (const foreign of [
        { ...abroad, url: bad },
        { ...abroad, at: bad },
      ])
        expect(() => front({ foreign: [foreign] })).toThrow(/not a word/);
      expect(() => front({ listen: { host: bad, port: 1 } })).toThrow(/not a word/);
      expect(() => front({ machineConf: bad })).toThrow(/not a word/);
      expect(() => hubLocation(bad, 1)).toThrow(/not a word/);
    },
  );

  test("what the config's schema lets through is a word, and matches itself only", () => {
    for (const good of ["/zarr/cmip6.ta-1.zarr", "s3.example.org:9000", "http://h/~user/a_b", "[::1]"])
      expect(good).toMatch(new RegExp(`^${pattern(word(good))}$`));
    expect("/zarr/a-zarr").not.toMatch(new RegExp(`^${pattern("/zarr/a.zarr")}$`));
  });
});

describe("data locations", () => {
  const data = [...locations(front())].filter(([match]) => /\/(?:\(\?:)?(zarr|icechunk|files|stac|intake)/.test(match));

  test("there is one for each dataset with and without its slash, one for all pointers, for unknown ids and the catalog", () => {
    expect(data.map(([match]) => match)).toEqual([
      "^~ /stac/",
      "^~ /intake/",
      "= /zarr/own.zarr",
      "^~ /zarr/own.zarr/",
      "= /icechunk/far",
      "^~ /icechunk/far/",
      String.raw`~ "^(?<gateway_at>/(?:zarr|icechunk|files)/(?<gateway_id>[^/]+?)(?:\.zarr)?)(?:/|$)"`,
      "/zarr/",
      "/icechunk/",
      "/files/",
    ]);
  });

  test.each(data)("%s is readable across origins, inert and read-only on every status", (_, body) => {
    for (const header of [
      "Access-Control-Allow-Origin *",
      'Access-Control-Allow-Methods "GET, HEAD, OPTIONS"',
      "X-Content-Type-Options nosniff",
      "Content-Security-Policy \"default-src 'none'; sandbox\"",
      "Cache-Control no-cache",
    ])
      expect(body).toContain(`add_header ${header} always;`);
    expect(body).toContain("if ($request_method !~ ^(GET|HEAD|OPTIONS)$) { return 405; }");
    expect(body).toContain("if ($request_method = OPTIONS) { return 204; }");
    expect(body).toContain("error_page 416 @unsatisfiable;");
    expect(body).not.toMatch(/Access-Control-Allow-Credentials [^;]|return 30\d/);
  });

  test("no error of an origin becomes a 404, and stale or missing answers are not kept", () => {
    expect(front()).not.toMatch(/error_page[^;]*404 (?!@absent;)|=404 @|use_stale|proxy_cache_valid (?!200 30s)/);
    for (const match of ["^~ /zarr/own.zarr/", "^~ /icechunk/far/"])
      expect(locations(front()).get(match)).not.toContain("try_files");
  });
});

test("a dataset of another site is a pointer, not a redirect", () => {
  expect(front()).toMatch(
    new RegExp(`map \\$gateway_at \\$gateway_elsewhere \\{\\s+default "";\\s+${abroad.at} ${abroad.url};\\s+\\}`),
  );
  expect(front()).not.toMatch(/return 30\d/);
});

/** A federation of which one dataset is not public: resolved, since no version's hubs can read such a one yet. */
function withSecret(): ResolvedFederation {
  const lake = "lake: {buckets: {library: {purpose: library, public: true}}}\n";
  const datasets = ["open", "secret"].map((id) => `  ${id}: {${plain}, bucket: library, path: at-${id}}\n`);
  const archive = `servedBy: west
lake: {buckets: {library: {purpose: library, existing: archived, public: true}}}
datasets: {old: {${plain}, bucket: library, path: old}}
`;
  const { federation, faults } = load({
    "sites/east.yaml": hpc("east", 8610, `${lake}datasets:\n${datasets.join("")}`),
    "sites/west.yaml": hpc("west", 8640),
    "sites/archive.yaml": store("archive", archive),
  });
  if (!federation) throw new Error(JSON.stringify(faults));
  const hide = (d: ResolvedDataset) => (d.id === "secret" ? { ...d, access: "federation" as const, https: null } : d);
  return { ...federation, sites: federation.sites.map((s) => ({ ...s, datasets: s.datasets.map(hide) })) };
}

test("only what is public appears in any site's front, not even as refused", () => {
  const federation = withSecret();
  for (const site of federation.sites) {
    if (site.provider !== "hpc") continue;
    const places = { config: "/c", output: "/c/cdktf.out" };
    const stack = new HpcBaseStack(new App(), { federation, site, catalog: new Map(), places });
    const conf = stack.files.get("bundle/nginx.conf") ?? "";
    expect(conf).toContain("/zarr/open.zarr");
    expect(conf).toContain("/zarr/old.zarr");
    expect(conf).not.toContain("secret");
  }
});

describe("stores over HTTP", () => {
  test("a site without one has no cache, no upstream, and needs no name server", () => {
    const conf = front({ datasets: [own], machineConf: "../../run/machine.conf" });
    expect(conf).not.toMatch(/proxy_cache|upstream store|machine\.conf|@redirected/);
    expect(conf).toContain("proxy_temp_path");
  });

  test("one upstream for each store, a cache of the given size", () => {
    const second = { ...far, id: "second", at: "/zarr/second.zarr" };
    const conf = front({ datasets: [far, second], cacheBytes: 3 * 2 ** 20 + 1 });
    expect(conf.match(/^ *upstream .*$/gm)).toEqual([
      "  upstream store-s3.example.org-443 { zone store-s3.example.org-443 64k; server s3.example.org:443; keepalive 16; }",
    ]);
    expect(conf).toContain("keys_zone=gateway:20m max_size=4m ");
    const body = locations(conf).get("^~ /icechunk/far/");
    expect(body).toContain("proxy_pass https://store-s3.example.org-443;");
    expect(body).toContain("proxy_set_header Host s3.example.org;");
    expect(body).toContain('rewrite "^/icechunk/far/(.*)$" /b/far/$1? break;');
  });

  test("with what the machine knows, names are resolved while nginx runs and certificates are checked", () => {
    const numeric: GatewayDataset = { ...own, origin: { kind: "http", url: "http://127.0.0.1:8611/b" } };
    const conf = front({ datasets: [far, numeric], machineConf: "../../run/machine.conf" });
    expect(conf).toContain("include ../../run/machine.conf;");
    expect(conf).toContain("server s3.example.org:443 resolve;");
    expect(conf).toContain("server 127.0.0.1:8611;");
    expect(locations(conf).get("^~ /icechunk/far/")).toContain(
      "proxy_ssl_server_name on; proxy_ssl_name s3.example.org;\n      proxy_ssl_verify on;",
    );
    expect(locations(conf).get("^~ /zarr/own.zarr/")).not.toContain("proxy_ssl");
  });

  test("nothing of a visitor goes there, no order to nginx and no cookie comes back", () => {
    const body = locations(front()).get("^~ /icechunk/far/");
    expect(body).toContain("proxy_pass_request_headers off; proxy_pass_request_body off;");
    expect(body).toMatch(/proxy_ignore_headers X-Accel-Redirect /);
    for (const header of ["Set-Cookie", "Clear-Site-Data", "Content-Type", "Location"])
      expect(body).toContain(`proxy_hide_header ${header};`);
  });
});

describe("the front", () => {
  test("listens on IPv4, IPv6 and names", () => {
    const at = (host: string) => /listen (.*) backlog/.exec(front({ listen: { host, port: 80 } }))?.[1];
    expect([at("127.0.0.1"), at("::1"), at("localhost")]).toEqual(["127.0.0.1:80", "[::1]:80", "localhost:80"]);
  });

  test("is the same text for the same data, without a path of this machine", () => {
    expect(front()).toBe(front());
    expect(front().match(/(?:^|[ =])(?:root|path|include|pid|log) \/\S+/gm)).toBeNull();
  });

  test("has balanced blocks and whole directives", () => {
    const text = front().replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, "text");
    expect(text.match(/\{/g)?.length).toBe(text.match(/\}/g)?.length);
    for (const line of text.split("\n")) expect(line).toMatch(/[;{}]$|^$/);
  });
});

test("a certificate of the machine: TLS 1.2 and later, on the site's port and nowhere else", () => {
  const text = front({ certificate: { certificate: "/etc/ssl/site.pem", key: "/etc/ssl/site.key" } });
  expect(text.match(/listen .*;/g)).toEqual(["listen 127.0.0.1:8610 ssl backlog=1024;"]);
  for (const line of [
    "ssl_certificate /etc/ssl/site.pem;",
    "ssl_certificate_key /etc/ssl/site.key;",
    "ssl_protocols TLSv1.2 TLSv1.3;",
  ])
    expect(text).toContain(line);
  expect(front()).not.toContain("ssl_certificate");
  expect(() => front({ certificate: { certificate: "/a b", key: "/k" } })).toThrow(/not a word/);
});

test("where an ACME authority asks: its proof over HTTP, and all else sent on to https", () => {
  const own = { certificate: "state/a.pem", key: "state/a.pem", acme: { httpPort: 8080 } };
  const text = front({ certificate: own, url: "https://a.example:8610" });
  expect(text.match(/listen .*;/g)).toEqual(["listen 127.0.0.1:8610 ssl backlog=1024;", "listen 127.0.0.1:8080;"]);
  expect(text).toContain("ssl_certificate ../../state/a.pem;"); // nginx reads it from its configuration's place on
  const [, beside = ""] = text.split("listen 127.0.0.1:8080;");
  expect(beside).toMatch(
    /location \^~ \/\.well-known\/acme-challenge\/ \{\s+default_type text\/plain;\s+root run\/acme;/,
  );
  expect(beside).toContain("return 308 https://a.example:8610$request_uri;");
  expect(front({ certificate: { ...own, acme: null } })).not.toContain("acme-challenge");
});

test("a hub behind something that ends TLS is told of https whatever reaches the front", () => {
  const text = hubLocation("/east/prod/", 8620, "https");
  expect(text).toContain("proxy_set_header X-Forwarded-Proto https;");
  expect(text).toContain("proxy_set_header X-Scheme https;");
});

test("a hub keeps its WebSockets, its streams, its uploads and the visitor's address", () => {
  const text = hubLocation("/east/prod/", 8620);
  expect(text).toMatch(/^location \^~ \/east\/prod\/ \{\n {2}proxy_pass http:\/\/127\.0\.0\.1:8620;\n/);
  for (const line of [
    "proxy_http_version 1.1;",
    "proxy_set_header Upgrade $http_upgrade;",
    "proxy_set_header Connection $connection_upgrade;",
    "proxy_set_header Host $http_host;",
    "proxy_set_header X-Forwarded-Proto $scheme;",
    "proxy_buffering off;",
    "proxy_request_buffering off;",
    "proxy_read_timeout 86400;",
  ])
    expect(text).toContain(line);
  expect(front()).toContain('map $http_upgrade $connection_upgrade { default upgrade; "" close; }');
  expect(front()).toContain("client_max_body_size 0;");
  expect(front()).toContain("include ../../current/*/hub.nginx.conf;");
});
