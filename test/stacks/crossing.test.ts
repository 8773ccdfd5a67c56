import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { loadFederation } from "../../config/load";
import { siteStacks } from "../../config/stack-parts";
import { allowedByBucket, allowedByKey, type PolicyRole, type PolicyStatement } from "../aws/iam-decision";
import { allowed, type Given } from "../google/gcs-decision";
import { readableStack } from "./readable";
import { repository } from "./synth-demo";
import { type Change, type Resource, resourcesOf, stacksOfExample } from "./synth-example";

let folder: string;
let crossing: Stacks;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-crossing-"));
  crossing = synthesized();
});
afterAll(() => rmSync(folder, { recursive: true }));

type Stacks = ReadonlyMap<string, string>;

function synthesized(site = "cascadia", ...changes: readonly Change[]): Stacks {
  return stacksOfExample(folder, "crossing", site, changes);
}

/** A site's file, as far as it says who reads what. */
interface Site {
  readonly site: string;
  readonly provider: "aws" | "google" | "kubernetes";
  readonly account?: string;
  readonly region?: string;
  readonly project?: string;
  readonly projectNumber?: string;
  readonly lake: {
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
  };
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

const configs = join(repository, "config/federations/crossing/sites");
const sites = readdirSync(configs).map((name) => parse(readFileSync(join(configs, name), "utf8")) as Site);
const hubs = sites.flatMap((site) => Object.entries(site.hubs ?? {}).map(([id, { auth }]) => ({ site, id, auth })));
type Hub = (typeof hubs)[number];
const libraries = sites.flatMap((site) =>
  Object.entries(site.lake.buckets)
    .filter(([, { purpose }]) => purpose === "library")
    .map(([id, bucket]) => ({ site, id, bucket, name: bucket.existing ?? `crossing-${site.site}-${id}` })),
);
type Library = (typeof libraries)[number];

const all = (stacks: Stacks, type: string): [stack: string, resource: Resource][] =>
  [...stacks.keys()].flatMap((stack) =>
    Object.values(resourcesOf(stacks, stack, type)).map((one): [string, Resource] => [stack, one]),
  );

interface PodSpec {
  readonly environment: Readonly<Record<string, string>>;
  /** Audiences of tokens by their files. */
  readonly tokens: Readonly<Record<string, string>>;
  readonly account: string;
  readonly namespace: string;
  /** Objects of the hub's namespace. */
  readonly objects: readonly KubeObject[];
}

interface KubeObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
}

interface Volumes {
  readonly tokens?: {
    readonly projected: {
      readonly sources: readonly {
        readonly serviceAccountToken: { readonly audience: string; readonly path: string };
      }[];
    };
  };
}

/** What a hub's notebooks are started with. */
function podOf(stacks: Stacks, { site, id }: Hub): PodSpec {
  const stack = `${site.site}-${id}`;
  const releases = Object.values(resourcesOf(stacks, stack, "helm_release"));
  const valuesOf = (name: RegExp): unknown => {
    const release = releases.find((one) => name.test(`${one.name}`));
    return JSON.parse(`${(release?.values as string[] | undefined)?.[0]}`);
  };
  const { singleuser } = valuesOf(/jupyterhub$/) as {
    singleuser: {
      serviceAccountName: string;
      extraEnv: Record<string, string>;
      storage: { extraVolumes: Volumes; extraVolumeMounts: Record<string, { name: string; mountPath: string }> };
    };
  };
  const { objects } = valuesOf(/objects$/) as { objects: readonly KubeObject[] };
  const at = Object.values(singleuser.storage.extraVolumeMounts).find(({ name }) => name === "tokens")?.mountPath;
  const sources = singleuser.storage.extraVolumes.tokens?.projected.sources ?? [];
  return {
    environment: singleuser.extraEnv,
    tokens: Object.fromEntries(
      sources.map(({ serviceAccountToken: { audience, path } }) => [`${at}/${path}`, audience]),
    ),
    account: singleuser.serviceAccountName,
    namespace: `${releases[0]?.namespace}`,
    objects,
  };
}

/** Who issues the tokens of a site's pods: as the config says, or as GKE's documentation does. */
function issuerOf({ site, provider, project, region, cluster }: Site): string {
  if (provider !== "google") return cluster?.tokenIssuer ?? "";
  return `https://container.googleapis.com/v1/projects/${project}/locations/${region}/clusters/crossing-${site}`;
}

const statementsOf = (policy: unknown) => (JSON.parse(`${policy}`) as { Statement: PolicyStatement[] }).Statement;

interface TrustStatement {
  readonly Principal: { readonly Federated?: string; readonly Service?: string };
  readonly Action: string | readonly string[];
  readonly Condition?: { readonly StringEquals: Readonly<Record<string, string>> };
}

/** The role of AWS that a hub's pods get, by what they are started with and by whom the role trusts; null: none. */
function roleOf(stacks: Stacks, hub: Hub): PolicyRole | null {
  const pod = podOf(stacks, hub);
  const sub = `system:serviceaccount:${pod.namespace}:${pod.account}`;
  const { AWS_ROLE_ARN: arn, AWS_WEB_IDENTITY_TOKEN_FILE: file = "" } = pod.environment;
  const issuer = issuerOf(hub.site).replace("https://", "");
  for (const [stack, { name, assume_role_policy }] of all(stacks, "aws_iam_role")) {
    const [trust] = statementsOf(assume_role_policy) as unknown as TrustStatement[];
    const known = trust?.Condition?.StringEquals ?? {};
    const account = `${sites.find(({ site }) => stack.startsWith(`${site}-`))?.account}`;
    const own = `arn:aws:iam::${account}:role/${name}`;
    const byAgent =
      stack === `${hub.site.site}-${hub.id}` &&
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
function memberOf(stacks: Stacks, hub: Hub): string | null {
  const pod = podOf(stacks, hub);
  if (hub.site.provider === "google") {
    const account = pod.objects.find(
      ({ kind, metadata }) => kind === "ServiceAccount" && metadata.name === pod.account,
    );
    const email = `${account?.metadata.annotations?.["iam.gke.io/gcp-service-account"]}`;
    const [binding] = Object.values(
      resourcesOf(stacks, `${hub.site.site}-${hub.id}`, "google_service_account_iam_member"),
    );
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
    const owner = sites.find(({ site }) => stack === `${site}-grants`);
    const [pool] = Object.values(resourcesOf(stacks, stack, "google_iam_workload_identity_pool"));
    const meant =
      owner?.projectNumber === number &&
      pool?.workload_identity_pool_id === poolId &&
      provider.workload_identity_pool_provider_id === providerId &&
      (provider.oidc as { issuer_uri: string }).issuer_uri === issuerOf(hub.site);
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
type May = Readonly<Record<Verb, boolean>>;

/** What a hub's people may do below a path of a bucket, by the policies of all stacks. */
function can(stacks: Stacks, hub: Hub, { site, name }: Library, path: string): May {
  return site.provider === "aws" ? canInAws(stacks, hub, site, name, path) : canInGoogle(stacks, hub, name, path);
}

function canInAws(stacks: Stacks, hub: Hub, site: Site, name: string, path: string): May {
  const role = roleOf(stacks, hub) ?? { account: "none", arn: "arn:aws:iam::none:role/none", statements: [] };
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

function canInGoogle(stacks: Stacks, hub: Hub, name: string, path: string): May {
  const member = memberOf(stacks, hub) ?? "nobody";
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

const nothing: May = { list: false, read: false, write: false };
const reading: May = { list: true, read: true, write: false };

/** The same by the words of the config. */
function told({ site, auth }: Hub, { site: owner, id, bucket }: Library): May {
  if (bucket.public) return reading;
  const access = Object.values(owner.datasets ?? {}).find((dataset) => dataset.bucket === id)?.access;
  const meant = access === "federation" || (access?.sites.includes(site.site) ?? false);
  if (!meant || auth !== undefined) return nothing;
  if (site.site === owner.site) return reading;
  if (bucket.requesterPays) return nothing;
  return owner.provider === "aws" && site.provider === "kubernetes" ? nothing : reading;
}

const pathIn = ({ site, id }: Library) =>
  `${Object.values(site.datasets ?? {}).find(({ bucket }) => bucket === id)?.path}/0`;

function matrix(decide: (hub: Hub, library: Library) => May): Record<string, May> {
  return Object.fromEntries(
    hubs.flatMap((hub) => libraries.map((one) => [`${hub.site.site}-${hub.id} ${one.name}`, decide(hub, one)])),
  );
}

const byPolicies = (stacks: Stacks) => matrix((hub, library) => can(stacks, hub, library, pathIn(library)));

test("rights between sites and clouds: each stack as reviewed", async () => {
  const grants = [...crossing].filter(([name]) => name.endsWith("-grants"));
  expect(grants.map(([name]) => name)).toEqual(["cascadia-grants", "plains-grants", "steppe-grants"]);
  for (const [name, text] of grants)
    await expect(readableStack(text)).toMatchFileSnapshot(join(repository, "test/golden/crossing", `${name}.json`));
});

test("what the config says there is, is what there is", () => {
  const { federation } = loadFederation(join(configs, "../federation.yaml"));
  const told = (federation?.sites ?? []).flatMap((site) => siteStacks(site, federation?.sites ?? []));
  expect([...told].sort()).toEqual([...crossing.keys()]);
});

test("every hub reads of every library what the config says, on whichever cloud either is, and nothing else", () => {
  const found = byPolicies(crossing);
  expect(Object.keys(found)).toHaveLength(6 * 11);
  expect(found).toEqual(matrix(told));
  expect(found).toMatchObject({
    "plains-prod crossing-cascadia-drafts": reading, // from Google Cloud to AWS
    "plains-prod crossing-delta-surveys": reading, // in another account than the one that knows it
    "steppe-course crossing-cascadia-joint": reading,
    "steppe-prod crossing-delta-surveys": nothing,
    "cascadia-prod crossing-plains-drafts": reading, // from AWS to Google Cloud
    "cascadia-prod crossing-steppe-tables": reading, // in another project than the one that knows it
    "alps-prod crossing-plains-drafts": reading, // from somebody's own cluster
    "alps-prod crossing-cascadia-drafts": nothing,
    "steppe-prod plains-held": reading, // a bucket that exists, in another project
    "cascadia-course crossing-plains-drafts": nothing,
    "plains-prod crossing-cascadia-paid": nothing,
  });
});

test("another word of who may read changes both ends together", () => {
  const alone = synthesized("plains", ["access: { sites: [cascadia, plains] }", "access: { sites: [plains] }"]);
  const before = byPolicies(crossing);
  const after = byPolicies(alone);
  const differ = Object.keys(before).filter((pair) => JSON.stringify(before[pair]) !== JSON.stringify(after[pair]));
  expect(differ).toEqual(["cascadia-prod crossing-plains-joint"]);
});

test("whom Google Cloud asks for a site's tokens is what the site says, to the letter", () => {
  const other = synthesized("alps", ["https://tokens.alps.example", "https://keys.alps.example/pods"]);
  const issuers = (stacks: Stacks) =>
    all(stacks, "google_iam_workload_identity_pool_provider").map(([, { oidc }]) => (oidc as Resource).issuer_uri);
  expect(issuers(crossing)).toContain("https://tokens.alps.example");
  expect(issuers(other)).toContain("https://keys.alps.example/pods");
});

test("a hub that signs people in by itself is nobody in other clouds", () => {
  const pod = podOf(crossing, hubs.find(({ site, id }) => site.site === "cascadia" && id === "course") as Hub);
  expect(pod.environment).not.toHaveProperty("GOOGLE_APPLICATION_CREDENTIALS");
  expect(pod.tokens).toEqual({});
});

test("Dask's pods are in other clouds what notebooks are", () => {
  for (const hub of hubs.filter(({ auth }) => auth === undefined)) {
    const values = Object.values(resourcesOf(crossing, `${hub.site.site}-${hub.id}`, "helm_release")).find((one) =>
      `${one.name}`.endsWith("dask-gateway"),
    )?.values as string[] | undefined;
    if (!values) continue;
    const { gateway } = JSON.parse(`${values[0]}`) as {
      gateway: {
        env: { name: string; value: string }[];
        backend: Record<
          "scheduler" | "worker",
          { extraPodConfig: { volumes: { name: string; projected?: object }[] } }
        >;
      };
    };
    const pod = podOf(crossing, hub);
    const data = JSON.parse(gateway.env.find(({ name }) => name === "ISTHMUS_DASK")?.value ?? "{}") as {
      environment: Record<string, string>;
    };
    for (const name of ["AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "GOOGLE_APPLICATION_CREDENTIALS"])
      expect(data.environment[name], name).toBe(pod.environment[name]);
    for (const { extraPodConfig } of [gateway.backend.scheduler, gateway.backend.worker])
      expect(extraPodConfig.volumes.filter(({ projected }) => projected)).toHaveLength(
        Object.keys(pod.tokens).length > 0 ? 1 : 0,
      );
  }
});
