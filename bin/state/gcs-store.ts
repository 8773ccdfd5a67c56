import type { File, Storage } from "@google-cloud/storage";
import { gcsLockKey, gcsStateKey } from "../../config/google-names";
import { recordKey } from "../../config/names";
import type { ResolvedGcsState } from "../../config/resolve/state";
import { type IndexEntry, parseEntry } from "../engine/stack-index";
import { Failure } from "../failure";
import { ask, connect } from "./gcs";
import { statusOf } from "./gcs-failure";
import type { StateStore } from "./store";

/** Records that are read at the same time. */
const parallel = 16;

/** Objects of a bucket of Google Cloud Storage. */
export class GcsStore implements StateStore {
  readonly place: string;
  private connection: Promise<Storage> | undefined;

  constructor(private readonly at: ResolvedGcsState) {
    this.place = `gs://${at.bucket}/${at.root}`;
  }

  private ask<T>(what: (storage: Storage) => Promise<T>): Promise<T> {
    this.connection ??= connect(this.at);
    return ask(this.at, this.connection, what);
  }

  async records(): Promise<IndexEntry[]> {
    const { bucket, root } = this.at;
    const [files] = await this.ask((storage) => storage.bucket(bucket).getFiles({ prefix: `${root}/index/` }));
    const keys = files.map(({ name }) => name).filter((name) => name.endsWith(".json"));
    const found: IndexEntry[] = [];
    for (let i = 0; i < keys.length; i += parallel)
      found.push(...(await Promise.all(keys.slice(i, i + parallel).map((key) => this.record(key)))).flat());
    return found;
  }

  /** Nothing where somebody has taken the stack down since. */
  private async record(key: string): Promise<IndexEntry[]> {
    const text = await this.text(key);
    if (text === undefined) return [];
    const entry = parseEntry(text, `gs://${this.at.bucket}/${key}`);
    // a copy under another name is nobody's record
    return recordKey(this.at.root, entry.stack) === key ? [entry] : [];
  }

  private text(key: string): Promise<string | undefined> {
    return this.ask(async (storage) => {
      try {
        const [content] = await this.file(storage, key).download();
        return content.toString("utf8");
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }
    });
  }

  private file(storage: Storage, key: string): File {
    const { bucket, kmsKey } = this.at;
    return storage.bucket(bucket).file(key, kmsKey === null ? {} : { kmsKeyName: kmsKey });
  }

  async write(entry: IndexEntry): Promise<void> {
    const text = `${JSON.stringify(entry, null, 2)}\n`;
    await this.ask((storage) => this.file(storage, recordKey(this.at.root, entry.stack)).save(text, whole));
  }

  async remove(stack: string): Promise<void> {
    await this.delete(recordKey(this.at.root, stack));
  }

  private async delete(key: string): Promise<void> {
    await this.ask((storage) => this.file(storage, key).delete({ ignoreNotFound: true }));
  }

  state(stack: string): Promise<string | undefined> {
    return this.text(gcsStateKey(this.at.root, stack));
  }

  addState(stack: string, text: string): Promise<void> {
    const key = gcsStateKey(this.at.root, stack);
    return this.ask(async (storage) => {
      try {
        await this.file(storage, key).save(text, { ...whole, preconditionOpts: { ifGenerationMatch: 0 } });
      } catch (error) {
        if (statusOf(error) !== 412) throw error;
        throw new Failure(`there is a state gs://${this.at.bucket}/${key} already: nothing was written over it`);
      }
    });
  }

  /** The bucket keeps it as an old version. */
  dropState(stack: string): Promise<void> {
    return this.delete(gcsStateKey(this.at.root, stack));
  }

  async isLocked(stack: string): Promise<boolean> {
    return (await this.text(gcsLockKey(this.at.root, stack))) !== undefined;
  }
}

/** One request, which is done or not. */
const whole = { resumable: false, contentType: "application/json" } as const;
