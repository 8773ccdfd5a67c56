import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type BundleFiles, type BundleManifest, type Program, sealBundle } from "../../../constructs/hpc/bundle";
import type { HubBundleInput } from "../../../constructs/hpc/hub-input";
import type { BaseBundleInput, SiteBucket } from "../../../constructs/hpc/programs";
import { firstOfHundred } from "../../free-ports";

/** Ports of a site: the front with the S3 endpoint on the next, and ten for each hub. */
export async function sitePorts(hubs: number): Promise<{ front: number; hubs: number[] }> {
  const front = await firstOfHundred();
  return { front, hubs: Array.from({ length: hubs }, (_, i) => front + 10 + i * 10) };
}

export const buckets: SiteBucket[] = [
  bucket("scratch", { purpose: "scratch", expireDays: 7, grants: [{ hub: "prod", right: "write", prefixes: ["*"] }] }),
  bucket("library", {
    public: true,
    grants: [
      { hub: "prod", right: "read", prefixes: ["*"] },
      { hub: "prod", right: "write", prefixes: ["published/*"] },
    ],
  }),
];

function bucket(id: string, differs: Partial<SiteBucket>): SiteBucket {
  const usual = {
    purpose: "library",
    public: false,
    path: null,
    existing: false,
    expireDays: null,
    grants: [],
  } as const;
  return { id, name: `try-${id}`, ...usual, ...differs };
}

/** A front with no more than the kit needs of it. */
export function frontConf(front: number, healthz = "ok"): string {
  return `daemon off;
worker_processes 1;
pid run/nginx.pid;
error_log log/nginx.error.log warn;
events { worker_connections 256; }
http {
  access_log off;
  client_max_body_size 0;
  client_body_temp_path cache/body; proxy_temp_path cache/proxy; fastcgi_temp_path cache/f; uwsgi_temp_path cache/u;
  scgi_temp_path cache/s;
  map $http_upgrade $connection_upgrade { default upgrade; "" close; }
  server {
    listen 127.0.0.1:${front};
    location = /healthz { default_type text/plain; return 200 "${healthz}\\n"; }
    location /published/ { root buckets/try-library; }
    include ../../current/*/hub.nginx.conf;
  }
}
`;
}

/** The way to a hub through the front. */
export function hubConf(basePath: string, proxy: number): string {
  return `location ${basePath} {
  proxy_pass http://127.0.0.1:${proxy};
  proxy_http_version 1.1;
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection $connection_upgrade;
  proxy_buffering off;
  proxy_read_timeout 86400;
}
`;
}

/** A site's base with two buckets. */
export function baseInput(front: number, differs: Partial<BaseBundleInput> = {}): BaseBundleInput {
  return {
    federation: "try",
    site: "here",
    stack: "here-base",
    url: `http://127.0.0.1:${front}`,
    listen: { host: "127.0.0.1", port: front },
    expires: null,
    state: null,
    copies: [],
    certificate: null,
    unixUsers: false,
    ownAccounts: false,
    sudo: null,
    s3: { endpoint: `http://127.0.0.1:${front + 1}`, port: front + 1, region: "us-east-1" },
    buckets,
    nginxConf: frontConf(front),
    files: new Map([["portal.html", "<p>here</p>\n"]]),
    pages: new Map([["stac/catalog.json", "{}\n"]]),
    ...differs,
  };
}

/** A hub with two profiles and Dask. */
export function hubInput(front: number, first: number, differs: Partial<HubBundleInput> = {}): HubBundleInput {
  const hub = differs.hub ?? "prod";
  const basePath = `/here/${hub}/`;
  const gib = 2 ** 30;
  const size = { memoryBytes: 2 * gib, url: "/lab", dask: true } as const;
  return {
    federation: "try",
    site: "here",
    hub,
    stack: `here-${hub}`,
    title: "A hub to try",
    url: `http://127.0.0.1:${front}`,
    basePath,
    ports: {
      proxy: first,
      proxyApi: first + 1,
      hub: first + 2,
      dask: first + 3,
      daskTcp: first + 4,
      daskApi: first + 5,
    },
    auth: { kind: "sharedPassword" },
    allow: { everyone: true },
    admins: ["admin"],
    profiles: [
      {
        id: "small",
        title: "Small",
        description: "1 core",
        default: true,
        cores: 1,
        environment: { COLOR: "{red}" },
        ...size,
      },
      { id: "medium", title: "Medium", description: "2 cores", default: false, cores: 2, environment: {}, ...size },
    ],
    state: null,
    scratch: [{ variable: "SCRATCH_BUCKET", days: 7 }],
    environment: {
      SCRATCH_BUCKET: "s3://try-scratch/{user}",
      ISTHMUS_PUBLISH: '{"a": "s3://try-library/published/a"}',
    },
    s3: { endpoint: `http://127.0.0.1:${front + 1}`, region: "us-east-1" },
    batch: null,
    ownAccounts: false,
    sudo: null,
    dask: {
      worker: { cores: 1, memoryBytes: gib },
      limits: {
        cluster: { cores: 4, memoryBytes: 4 * gib, workers: 4 },
        user: { clusters: 2, cores: 3 },
        hub: { cores: 4 },
      },
      idleSeconds: 1800,
    },
    expires: null,
    cull: { idleSeconds: 3600, maxAgeSeconds: 604_800 },
    nginxConf: hubConf(basePath, first),
    ...differs,
  };
}

/** Writes a bundle as a synth would; returns its directory. */
export function writeBundle(place: string, { files }: BundleFiles): string {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), text);
  }
  return place;
}

/** A bundle with one of its programs changed, whole otherwise: what no config can ask for. */
export function withProgram({ files }: BundleFiles, name: string, differs: Partial<Program>): BundleFiles {
  const manifest = JSON.parse(files.get("bundle.json") ?? "") as BundleManifest & { format: number; digest: string };
  const { format: _format, digest: _digest, ...rest } = manifest;
  const programs = rest.programs.map((program) => (program.name === name ? { ...program, ...differs } : program));
  return sealBundle(new Map([...files].filter(([path]) => path !== "bundle.json")), { ...rest, programs });
}
