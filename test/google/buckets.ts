import type { IncomingMessage } from "node:http";

/** An answer of the JSON API. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

type Metadata = Record<string, unknown>;

interface Bucket {
  readonly project: string;
  metadata: Metadata;
  policy: Policy;
}

interface Policy {
  readonly bindings: readonly { readonly role: string; readonly members: readonly string[] }[];
}

/**
 * What fake-gcs-server has not, as Google documents it: who asks (a bearer token of a project), whose a bucket is, its
 * metadata and policy as they were set, its removal while it is empty, and removal of an object on condition of its generation.
 */
export class Buckets {
  private readonly all = new Map<string, Bucket>();

  constructor(private readonly inner: string) {}

  /** A bucket's metadata; undefined where there is none. */
  metadata(name: string): Metadata | undefined {
    return this.all.get(name)?.metadata;
  }

  /** Whom a bucket's policy lets in, by role. */
  policy(name: string): Policy["bindings"] {
    return this.all.get(name)?.policy.bindings ?? [];
  }

  /** An answer of its own; undefined where the server inside is to be asked. */
  async answer(asked: IncomingMessage): Promise<Answer | undefined> {
    const { pathname, searchParams } = new URL(asked.url ?? "", this.inner);
    const project = /^Bearer token-of-(.+)$/.exec(asked.headers.authorization ?? "")?.[1];
    if (project === undefined) return fault(401, "Invalid Credentials");
    if (pathname === "/storage/v1/b") return this.list(asked, project, searchParams);
    const [, name = "", rest = ""] =
      /^(?:\/(?:upload\/|download\/)?storage\/v1\/b)?\/([^/]+)(.*)$/.exec(pathname) ?? [];
    const bucket = this.all.get(name);
    if (!bucket) return fault(404, "The specified bucket does not exist.");
    if (bucket.project !== project)
      return fault(403, `${project} does not have access to the Google Cloud Storage bucket`);
    if (rest === "" && asked.method === "PATCH") return this.change(bucket, await bodyOf(asked), searchParams);
    if (rest === "" && asked.method === "DELETE") return this.remove(name);
    if (rest === "") return { status: 200, body: bucket.metadata };
    if (rest === "/iam") return this.policyOf(asked, bucket);
    if (asked.method === "DELETE") return this.refuseOther(pathname, searchParams.get("ifGenerationMatch"));
    return undefined;
  }

  private async list(asked: IncomingMessage, project: string, query: URLSearchParams): Promise<Answer> {
    if (query.get("project") !== project) return fault(403, `${project} has no rights on this project`);
    if (asked.method === "POST") return this.make(project, await bodyOf(asked));
    const prefix = query.get("prefix") ?? "";
    const own = [...this.all].filter(([name, bucket]) => bucket.project === project && name.startsWith(prefix));
    return { status: 200, body: { kind: "storage#buckets", items: own.map(([, { metadata }]) => metadata) } };
  }

  private async make(project: string, metadata: Metadata): Promise<Answer> {
    const name = String(metadata.name);
    const there = this.all.get(name)?.project;
    if (there === project)
      return fault(409, "Your previous request to create the named bucket succeeded and you already own it.");
    if (there !== undefined) return fault(409, "The requested bucket name is not available.");
    const body = JSON.stringify({ name, versioning: metadata.versioning });
    await fetch(`${this.inner}/storage/v1/b`, { method: "POST", body });
    const made = { kind: "storage#bucket", id: name, location: "US", ...metadata, metageneration: "1" };
    this.all.set(name, { project, metadata: made, policy: { bindings: [] } });
    return { status: 200, body: made };
  }

  private async change(bucket: Bucket, change: Metadata, query: URLSearchParams): Promise<Answer> {
    const { metageneration, name } = bucket.metadata;
    const told = query.get("ifMetagenerationMatch");
    if (told !== null && told !== metageneration) return fault(412, "At least one of the pre-conditions did not hold");
    const iamConfiguration = {
      ...(bucket.metadata.iamConfiguration as object),
      ...(change.iamConfiguration as object),
    };
    const next = String(Number(metageneration) + 1);
    bucket.metadata = { ...bucket.metadata, ...change, iamConfiguration, metageneration: next };
    const body = JSON.stringify({ versioning: bucket.metadata.versioning });
    await fetch(`${this.inner}/storage/v1/b/${String(name)}`, { method: "PATCH", body });
    return { status: 200, body: bucket.metadata };
  }

  private async policyOf(asked: IncomingMessage, bucket: Bucket): Promise<Answer> {
    if (asked.method === "PUT")
      bucket.policy = { bindings: ((await bodyOf(asked)) as unknown as Policy).bindings ?? [] };
    return { status: 200, body: { kind: "storage#policy", version: 1, etag: "CAE=", ...bucket.policy } };
  }

  private async remove(name: string): Promise<Answer> {
    const found = await fetch(`${this.inner}/storage/v1/b/${name}/o?versions=true`);
    const { items = [] } = (await found.json()) as { items?: unknown[] };
    if (items.length > 0) return fault(409, "The bucket you tried to delete is not empty.");
    await fetch(`${this.inner}/storage/v1/b/${name}`, { method: "DELETE" });
    this.all.delete(name);
    return { status: 204, body: {} };
  }

  private async refuseOther(path: string, generation: string | null): Promise<Answer | undefined> {
    if (generation === null) return undefined;
    const found = (await (await fetch(`${this.inner}${path}`)).json()) as { generation?: string };
    if (found.generation === undefined || found.generation === generation) return undefined;
    return fault(412, "At least one of the pre-conditions you specified did not hold.");
  }
}

function fault(code: number, message: string): Answer {
  return { status: code, body: { error: { code, message, errors: [{ message, reason: String(code) }] } } };
}

async function bodyOf(asked: IncomingMessage): Promise<Metadata> {
  return JSON.parse(await textOf(asked)) as Metadata;
}

/** The body of a request. */
export async function textOf(asked: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of asked) text += String(part);
  return text;
}
