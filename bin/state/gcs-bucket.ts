import type { BucketMetadata, Storage } from "@google-cloud/storage";
import type { ResolvedGcsState } from "../../config/resolve/state";
import { Failure } from "../failure";
import type { StateBucket, Survey } from "./bucket";
import { ask, connect } from "./gcs";
import { lacking, together } from "./gcs-aspects";
import { statusOf } from "./gcs-failure";

/** A bucket of state in Google Cloud Storage. */
export class GcsBucket implements StateBucket {
  private connection: Promise<Storage> | undefined;

  constructor(private readonly place: ResolvedGcsState) {}

  private ask<T>(what: (storage: Storage) => Promise<T>): Promise<T> {
    this.connection ??= connect(this.place);
    return ask(this.place, this.connection, what, "bucket");
  }

  survey(): Promise<Survey> {
    return this.ask(async (storage) => {
      const found = await this.metadata(storage);
      if (found) await this.refuseForeign(storage);
      if (found) this.refuseElsewhere(found);
      return { place: this.place, exists: found !== undefined, lacks: lacking(found ?? {}, this.place), without: [] };
    });
  }

  putRight({ exists }: Survey, say: (line: string) => void): Promise<Survey> {
    const { bucket, region } = this.place;
    return this.ask(async (storage) => {
      const before = (await this.metadata(storage)) ?? {};
      const lacks = lacking(before, this.place);
      const change = together(lacks, before, this.place);
      if (exists) await storage.bucket(bucket).setMetadata(change, meanwhile(before));
      else await this.make(storage, change);
      if (!exists) say(`${bucket}: made in ${region}`);
      // a server that is not Google's may forget what it does not know
      const without = lacking((await this.metadata(storage)) ?? {}, this.place).map(({ name }) => name);
      const set = lacks.filter(({ name }) => !without.includes(name));
      for (const { done } of set) say(`${bucket}: ${done}`);
      return { place: this.place, exists, lacks: set, without };
    });
  }

  /** Undefined where there is no such bucket. */
  private async metadata(storage: Storage): Promise<BucketMetadata | undefined> {
    const { bucket } = this.place;
    try {
      const [found] = await storage.bucket(bucket).getMetadata();
      return found;
    } catch (error) {
      const status = statusOf(error);
      if (status === 404) return undefined;
      if (status !== 403) throw error;
      throw new Failure(
        `the bucket ${bucket} exists and is closed to these credentials: it is somebody else's, or they lack storage.buckets.get; take another name, or other credentials`,
      );
    }
  }

  /** A name is taken all over the world: a bucket that answers may be open to all. */
  private async refuseForeign(storage: Storage): Promise<void> {
    const { bucket, project } = this.place;
    const [own] = await storage.getBuckets({ prefix: bucket });
    if (own.some(({ name }) => name === bucket)) return;
    const whose = project === null ? "the project of these credentials" : project;
    throw new Failure(
      `the bucket ${bucket} exists and is none of ${whose}: nothing of it was changed; name its project (state.project), or take another name`,
    );
  }

  private refuseElsewhere({ location = "" }: BucketMetadata): void {
    const { bucket, region, anyRegion } = this.place;
    const there = location.toLowerCase();
    if (anyRegion || there === region) return;
    throw new Failure(
      `the bucket ${bucket} exists in ${there}, and not in ${region}: correct \`state.region\`, or take another name`,
    );
  }

  /** All that it shall have is there from its first moment: an organization may allow no other bucket. */
  private async make(storage: Storage, metadata: BucketMetadata): Promise<void> {
    const { bucket, region } = this.place;
    try {
      await storage.createBucket(bucket, {
        ...metadata,
        versioning: { enabled: true },
        location: region.toUpperCase(),
      });
    } catch (error) {
      if (statusOf(error) !== 409) throw error;
      throw new Failure(`the bucket ${bucket} belongs to somebody else: take another name`);
    }
  }

  /** Tries a server that is not Google's: without conditional writes two engines would both hold a lock. */
  async tryLocks(): Promise<void> {
    if (this.place.endpoint !== null) await this.ask((storage) => this.lockTwice(storage));
  }

  private async lockTwice(storage: Storage): Promise<void> {
    const { bucket, root, endpoint } = this.place;
    const file = storage.bucket(bucket).file(`${root}/lock-check`);
    const put = () =>
      file.save("tried\n", { resumable: false, validation: false, preconditionOpts: { ifGenerationMatch: 0 } });
    await file.delete({ ignoreNotFound: true });
    await put();
    const refused = await put().then(
      () => false,
      (error: unknown) => {
        if (statusOf(error) !== 412) throw error;
        return true;
      },
    );
    await file.delete({ ignoreNotFound: true });
    if (!refused)
      throw new Failure(
        `${endpoint} takes a conditional write (ifGenerationMatch) of what exists: two engines could change a stack at once; keep the state in another store`,
      );
  }
}

/** Nothing is set on a bucket that somebody else has changed since it was looked at: of lists, theirs would be lost. */
function meanwhile({ metageneration }: BucketMetadata) {
  return metageneration === undefined ? {} : { ifMetagenerationMatch: Number(metageneration) };
}
