import { recordKey, stateKey } from "../../config/names";
import type { ResolvedS3State } from "../../config/resolve/state";
import { type IndexEntry, parseEntry } from "../engine/stack-index";
import { Failure } from "../failure";
import { ask, connect, type S3 } from "./s3";
import type { StateStore } from "./store";

/** Records that are read at the same time. */
const parallel = 16;

/** Objects of a bucket. */
export class S3Store implements StateStore {
  readonly place: string;
  private connection: Promise<S3> | undefined;

  constructor(private readonly at: ResolvedS3State) {
    this.place = `s3://${at.bucket}/${at.root}`;
  }

  private ask<T>(what: (s3: S3) => Promise<T>): Promise<T> {
    this.connection ??= connect(this.at);
    return ask(this.at, this.connection, what);
  }

  async records(): Promise<IndexEntry[]> {
    const keys = await this.ask((s3) => this.recordKeys(s3));
    const found: IndexEntry[] = [];
    for (let i = 0; i < keys.length; i += parallel)
      found.push(...(await Promise.all(keys.slice(i, i + parallel).map((key) => this.record(key)))).flat());
    return found;
  }

  private async recordKeys({ sdk, client }: S3): Promise<string[]> {
    const { bucket: Bucket, root } = this.at;
    const keys: string[] = [];
    for await (const page of sdk.paginateListObjectsV2({ client }, { Bucket, Prefix: `${root}/index/` }))
      keys.push(...(page.Contents ?? []).flatMap(({ Key = "" }) => (Key.endsWith(".json") ? [Key] : [])));
    return keys;
  }

  /** Nothing where somebody has taken the stack down since. */
  private async record(key: string): Promise<IndexEntry[]> {
    const text = await this.text(key);
    if (text === undefined) return [];
    const entry = parseEntry(text, `s3://${this.at.bucket}/${key}`);
    // a copy under another name is nobody's record
    return recordKey(this.at.root, entry.stack) === key ? [entry] : [];
  }

  private text(Key: string): Promise<string | undefined> {
    return this.ask(async ({ sdk, client }) => {
      try {
        const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket: this.at.bucket, Key }));
        return await Body?.transformToString();
      } catch (error) {
        if (error instanceof sdk.NoSuchKey) return undefined;
        throw error;
      }
    });
  }

  async write(entry: IndexEntry): Promise<void> {
    const Body = `${JSON.stringify(entry, null, 2)}\n`;
    const object = { ...this.object(recordKey(this.at.root, entry.stack)), Body };
    await this.ask(({ sdk, client }) => client.send(new sdk.PutObjectCommand(object)));
  }

  /** What every object that is written has. */
  private object(Key: string) {
    const { bucket: Bucket, kmsKey, endpoint } = this.at;
    const own = endpoint === null ? ({ ServerSideEncryption: "AES256" } as const) : {};
    const encryption = kmsKey === null ? own : ({ ServerSideEncryption: "aws:kms", SSEKMSKeyId: kmsKey } as const);
    return { Bucket, Key, ContentType: "application/json", ...encryption };
  }

  async remove(stack: string): Promise<void> {
    await this.delete(recordKey(this.at.root, stack));
  }

  private async delete(Key: string): Promise<void> {
    await this.ask(({ sdk, client }) => client.send(new sdk.DeleteObjectCommand({ Bucket: this.at.bucket, Key })));
  }

  state(stack: string): Promise<string | undefined> {
    return this.text(stateKey(this.at.root, stack));
  }

  addState(stack: string, Body: string): Promise<void> {
    const key = stateKey(this.at.root, stack);
    return this.ask(async ({ sdk, client }) => {
      try {
        await client.send(new sdk.PutObjectCommand({ ...this.object(key), Body, IfNoneMatch: "*" }));
      } catch (error) {
        if ((error as Error).name !== "PreconditionFailed") throw error;
        throw new Failure(`there is a state s3://${this.at.bucket}/${key} already: nothing was written over it`);
      }
    });
  }

  /** The bucket keeps it as an old version. */
  dropState(stack: string): Promise<void> {
    return this.delete(stateKey(this.at.root, stack));
  }

  async isLocked(stack: string): Promise<boolean> {
    return (await this.text(`${stateKey(this.at.root, stack)}.tflock`)) !== undefined;
  }
}
