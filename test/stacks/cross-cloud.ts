import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { parse } from "yaml";
import { allowedByBucket, allowedByKey, type PolicyRole, type PolicyStatement } from "../aws/iam-decision";
import { allowed, type Given } from "../google/gcs-decision";
import { podOf, type Stacks } from "./pods";
import { repository } from "./synth-demo";
import { type Resource, resourcesOf } from "./synth-example";

/*
 * Who reads what across clouds, told twice: by the policies of all stacks of an example federation, and by the words of its config.
 */

/** Buckets of a site's file, as far as they say who reads what. */
export interface SiteLake {
  readonly buckets: Readonly<
    Record<
      string,
      {
        readonly purpose: string;
        readonly public?: boolean;
        readonly existing?: string;
        readonly requesterPays?: boolean;
      }
    >
  >;
}

/** A site's file, as far as it says who reads what. */
export interface Site {
  readonly site: string;
  readonly provider: "aws" | "google" | "hpc" | "kubernetes" | "store";
  readonly account?: string;
  readonly region?: string;
  readonly project?: string;
  readonly projectNumber?: string;
  readonly lake: SiteLake;
  readonly datasets?: Readonly<
    Record<
      string,
      {
        readonly bucket: string;
        readonly path: string;
        readonly access?: "federation" | { readonly sites: readonly string[] };
      }
    >
  >;
  readonly cluster?: { readonly tokenIssuer?: string };
  readonly hubs?: Readonly<Record<string, { readonly auth?: object }>>;
}

/** A hub, with its own way to sign people in where it has one. */
export interface Hub {
  readonly site: Site;
  readonly id: string;
  readonly auth: object | undefined;
}

/** A library in a store of AWS or Google: who reads it there is said by stacks. */
export interface Library {
  readonly site: Site;
  readonly id: string;
  readonly bucket: Site["lake"]["buckets"][string];
  readonly name: string;
}

/** An example federation, as far as it says who reads what. */
export interface Config {
  readonly federation: string;
  readonly sites: readonly Site[];
  readonly hubs: readonly Hub[];
  readonly libraries: readonly Library[];
}

export function configOf(example: string): Config {
  const folder = join(repository, "config/federations", example);
  const read = (path: string): unknown => parse(readFileSync(join(folder, path), "utf8"));
  const { federation } = read("federation.yaml") as { federation: string };
  const sites = readdirSync(join(folder, "sites")).map((name) => read(join("sites", name)) as Site);
  const hubs = sites.flatMap((site) => Object.entries(site.hubs ?? {}).map(([id, { auth }]) => ({ site, id, auth })));
  const libraries = sites
    .filter(({ provider }) => provider === "aws" || provider === "google")
    .flatMap((site) =>
      Object.entries(site.lake.buckets)
        .filter(([, { purpose }]) => purpose === "library")
        .map(([id, bucket]) => ({ site, id, bucket, name: bucket.existing ?? `${federation}-${site.site}-${id}` })),
    );
  return { federation, sites, hubs, libraries };
}

/** Resources of a type of all stacks. */
export const all = (stacks: Stacks, type: string): [stack: string, resource: Resource][] =>
  [...stacks.keys()].flatMap((stack) =>
    Object.values(resourcesOf(stacks, stack, type)).map((one): [string, Resource] => [stack, one]),
  );

export function stackOf({ site, id }: Pick<Hub, "site" | "id">): string {
  return `${site.site}-${id}`;
}

/** Who issues the tokens of a site's pods: as the config says, or as GKE's documentation does. */
function issuerOf({ federation }: Config, { site, provider, project, region, cluster }: Site): string {
  if (provider !== "google") return cluster?.tokenIssuer ?? "";
  return `https://container.googleapis.com/v1/projects/${project}/locations/${region}/clusters/${federation}-${site}`;
}

const statementsOf = (policy: unknown) => (JSON.parse(`${policy}`) as { Statement: PolicyStatement[] }).Statement;

interface TrustStatement {
  readonly Principal: { readonly Federated?: string; readonly Service?: string };
  readonly Action: string | readonly string[];
  readonly Condition?: { readonly StringEquals: Readonly<Record<string, string>> };
}

/** The role of AWS that a hub's pods get, by what they are started with and by whom the role trusts; null: none. */
function roleOf(of: Config, stacks: Stacks, hub: Hub): PolicyRole | null {
  if (hub.site.provider === "hpc") return null; // programs of a machine, which no cloud knows
  const pod = podOf(stacks, stackOf(hub));
  const sub = `system:serviceaccount:${pod.namespace}:${pod.account}`;
  const { AWS_ROLE_ARN: arn, AWS_WEB_IDENTITY_TOKEN_FILE: file = "" } = pod.environment;
  const issuer = issuerOf(of, hub.site).replace("https://", "");
  for (const [stack, { name, assume_role_policy }] of all(stacks, "aws_iam_role")) {
    const [trust] = statementsOf(assume_role_policy) as unknown as TrustStatement[];
    const known = trust?.Condition?.StringEquals ?? {};
    const account = `${of.sites.find(({ site }) => stack.startsWith(`${site}-`))?.account}`;
    const own = `arn:aws:iam::${account}:role/${name}`;
    const byAgent =
      stack === stackOf(hub) &&
      known["aws:RequestTag/kubernetes-namespace"] === pod.namespace &&
      known["aws:RequestTag/kubernetes-service-account"] === pod.account;
    const byToken =
      arn === own &&
      known[`${issuer}:aud`] === pod.tokens[file] &&
      known[`${issuer}:sub`] === sub &&
      isKnown(stacks, stack, issuer);
    if (!byAgent && !byToken) continue;
    const ref = `.${Object.entries(resourcesOf(stacks, stack, "aws_iam_role")).find(([, one]) => one.name === name)?.[0]}.name}`;
    const policies = Object.values(resourcesOf(stacks, stack, "aws_iam_role_policy"));
    const statements = policies
      .filter(({ role }) => `${role}`.endsWith(ref))
      .flatMap(({ policy }) => statementsOf(policy));
    return { account, arn: own, statements };
  }
  return null;
}

/** Whether the account's stack makes an issuer known for STS. */
function isKnown(stacks: Stacks, stack: string, issuer: string): boolean {
  return Object.values(resourcesOf(stacks, stack, "aws_iam_openid_connect_provider")).some(
    ({ url, client_id_list }) => url === `https://${issuer}` && `${client_id_list}` === "sts.amazonaws.com",
  );
}

/** Whom policies of Google see in a hub's pods, by what those are started with and by the pool that knows them; null: nobody. */
function memberOf(of: Config, stacks: Stacks, hub: Hub): string | null {
  if (hub.site.provider === "hpc") return null;
  const pod = podOf(stacks, stackOf(hub));
  if (hub.site.provider === "google") {
    const account = pod.objects.find(
      ({ kind, metadata }) => kind === "ServiceAccount" && metadata.name === pod.account,
    );
    const email = `${account?.metadata.annotations?.["iam.gke.io/gcp-service-account"]}`;
    const [binding] = Object.values(resourcesOf(stacks, stackOf(hub), "google_service_account_iam_member"));
    const made = Object.values(resourcesOf(stacks, `${hub.site.site}-lake`, "google_service_account"));
    const { project } = hub.site;
    expect(binding).toMatchObject({
      service_account_id: `projects/${project}/serviceAccounts/${email}`,
      member: `serviceAccount:${project}.svc.id.goog[${pod.namespace}/${pod.account}]`,
    });
    expect(made.map(({ account_id }) => `${account_id}@${project}.iam.gserviceaccount.com`)).toContain(email);
    return `serviceAccount:${email}`;
  }
  const file = pod.environment.GOOGLE_APPLICATION_CREDENTIALS;
  if (file === undefined) return null;
  const text = pod.objects.flatMap(({ kind, data }) =>
    kind === "ConfigMap" ? [data?.[file.split("/").at(-1) ?? ""]] : [],
  );
  const credentials = JSON.parse(text.find((one) => one !== undefined) ?? "{}") as {
    audience: string;
    credential_source: { file: string };
  };
  const [, number, poolId, providerId] =
    /^\/\/iam\.googleapis\.com\/projects\/(\d+)\/locations\/global\/workloadIdentityPools\/([^/]+)\/providers\/([^/]+)$/.exec(
      credentials.audience,
    ) ?? [];
  expect(pod.tokens[credentials.credential_source.file]).toBe(`https:${credentials.audience}`);
  for (const [stack, provider] of all(stacks, "google_iam_workload_identity_pool_provider")) {
    const owner = of.sites.find(({ site }) => stack === `${site}-grants`);
    const [pool] = Object.values(resourcesOf(stacks, stack, "google_iam_workload_identity_pool"));
    const meant =
      owner?.projectNumber === number &&
      pool?.workload_identity_pool_id === poolId &&
      provider.workload_identity_pool_provider_id === providerId &&
      (provider.oidc as { issuer_uri: string }).issuer_uri === issuerOf(of, hub.site);
    if (!meant) continue;
    const mapping = (provider.attribute_mapping as Record<string, string>)["google.subject"] ?? "";
    const subject = /^"([^"]+)" \+ assertion\.sub$/.exec(mapping)?.[1];
    const sub = `system:serviceaccount:${pod.namespace}:${pod.account}`;
    const [, end = "?"] = /^assertion\.sub\.endsWith\("([^"]+)"\)$/.exec(`${provider.attribute_condition}`) ?? [];
    expect(sub.endsWith(end)).toBe(true);
    return `principal://iam.googleapis.com/projects/${number}/locations/global/workloadIdentityPools/${poolId}/subject/${subject}${sub}`;
  }
  return null;
}

type Verb = "list" | "read" | "write";
export type May = Readonly<Record<Verb, boolean>>;

/** What a hub's people may do below a path of a bucket, by the policies of all stacks. */
function can(of: Config, stacks: Stacks, hub: Hub, { site, name }: Library, path: string): May {
  return site.provider === "aws"
    ? canInAws(of, stacks, hub, site, name, path)
    : canInGoogle(of, stacks, hub, name, path);
}

function canInAws(of: Config, stacks: Stacks, hub: Hub, site: Site, name: string, path: string): May {
  const role = roleOf(of, stacks, hub) ?? { account: "none", arn: "arn:aws:iam::none:role/none", statements: [] };
  const account = `${site.account}`;
  const lake = `${site.site}-lake`;
  const policies = Object.values(resourcesOf(stacks, lake, "aws_s3_bucket_policy")).map(({ policy }) => `${policy}`);
  const statements = policies.filter((text) => text.includes(`"arn:aws:s3:::${name}"`)).flatMap(statementsOf);
  const arn = `arn:aws:s3:::${name}`;
  const isOpen = statements.some(({ Principal, Effect }) => Principal === "*" && Effect === "Allow");
  const [key] = Object.values(resourcesOf(stacks, lake, "aws_kms_key")).map(({ policy }) => statementsOf(policy));
  const inBucket = (action: string, resource: string) =>
    allowedByBucket({ role, action, resource, context: { "s3:prefix": path } }, { account, statements });
  const withKey = (action: string) => {
    if (isOpen || !key) return true;
    const context = { "kms:ViaService": `s3.${site.region}.amazonaws.com`, "kms:EncryptionContext:aws:s3:arn": arn };
    const resource = `arn:aws:kms:${site.region}:${account}:key/0`;
    return allowedByKey({ role, action, resource, context }, { account, statements: key });
  };
  const anonymous = (action: string) =>
    isOpen &&
    statements.some((one) => one.Principal === "*" && one.Effect === "Allow" && `${one.Action}`.includes(action));
  return {
    list: inBucket("s3:ListBucket", arn) || anonymous("s3:ListBucket"),
    read: (inBucket("s3:GetObject", `${arn}/${path}`) && withKey("kms:Decrypt")) || anonymous("s3:GetObject"),
    write: inBucket("s3:PutObject", `${arn}/${path}`) && withKey("kms:GenerateDataKey"),
  };
}

function canInGoogle(of: Config, stacks: Stacks, hub: Hub, name: string, path: string): May {
  const member = memberOf(of, stacks, hub) ?? "nobody";
  const given = [
    ...all(stacks, "google_storage_bucket_iam_member").map(([stack, right]) => ({
      ...right,
      bucket: bucketOf(stacks, stack, right),
    })),
    ...all(stacks, "google_project_iam_member").map(([, right]) => right),
  ] as unknown as Given[];
  const may = (verb: Verb) => allowed(given, { verb, member, bucket: name, path });
  return { list: may("list"), read: may("read"), write: may("write") };
}

/** A right of the lake's own stack names its bucket by a reference. */
function bucketOf(stacks: Stacks, stack: string, { bucket }: Resource): string {
  const [, id] = /^\$\{google_storage_bucket\.([^.]+)\.name\}$/.exec(`${bucket}`) ?? [];
  return id === undefined ? `${bucket}` : `${resourcesOf(stacks, stack, "google_storage_bucket")[id]?.name}`;
}

export const nothing: May = { list: false, read: false, write: false };
export const reading: May = { list: true, read: true, write: false };

/** The same by the words of the config. */
function told({ site, auth }: Hub, { site: owner, id, bucket }: Library): May {
  if (bucket.public) return reading;
  const access = Object.values(owner.datasets ?? {}).find((dataset) => dataset.bucket === id)?.access;
  const meant = access === "federation" || (access?.sites.includes(site.site) ?? false);
  if (!meant || auth !== undefined || site.provider === "hpc") return nothing;
  if (site.site === owner.site) return reading;
  if (bucket.requesterPays) return nothing;
  return owner.provider === "aws" && site.provider === "kubernetes" ? nothing : reading;
}

const pathIn = ({ site, id }: Library) =>
  `${Object.values(site.datasets ?? {}).find(({ bucket }) => bucket === id)?.path}/0`;

/** `<site>-<hub> <bucket>` -> what its people may do with what lies there. */
function matrix({ hubs, libraries }: Config, decide: (hub: Hub, library: Library) => May): Record<string, May> {
  return Object.fromEntries(
    hubs.flatMap((hub) => libraries.map((one) => [`${stackOf(hub)} ${one.name}`, decide(hub, one)])),
  );
}

export function byPolicies(of: Config, stacks: Stacks): Record<string, May> {
  return matrix(of, (hub, library) => can(of, stacks, hub, library, pathIn(library)));
}

export function byConfig(of: Config): Record<string, May> {
  return matrix(of, told);
}
