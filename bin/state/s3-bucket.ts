import type { ResolvedS3State } from "../../config/resolve/state";
import { Failure } from "../failure";
import type { StateBucket, Survey } from "./bucket";
import { ask, connect, type S3 } from "./s3";
import { aspects, type S3Aspect } from "./s3-aspects";

interface Look {
  readonly lacks: readonly S3Aspect[];
  readonly without: readonly string[];
}

/** A bucket of state in an S3 store. */
export class S3Bucket implements StateBucket {
  private connection: Promise<S3> | undefined;

  constructor(private readonly place: ResolvedS3State) {}

  private ask<T>(what: (s3: S3) => Promise<T>): Promise<T> {
    this.connection ??= connect(this.place);
    return ask(this.place, this.connection, what);
  }

  survey(): Promise<Survey> {
    return this.ask(async (s3) => {
      const exists = await this.isThere(s3);
      if (exists) await this.refuseForeign(s3);
      return { place: this.place, exists, ...(await this.look(s3, exists)) };
    });
  }

  putRight(survey: Survey, say: (line: string) => void): Promise<Survey> {
    const { bucket, region } = this.place;
    return this.ask(async (s3) => {
      if (!survey.exists) {
        await this.make(s3);
        say(`${bucket}: made in ${region}`);
      }
      const { lacks, without } = await this.look(s3, true);
      const told = [...without];
      for (const aspect of lacks) {
        const isSet = await this.set(aspect, s3);
        if (isSet) say(`${bucket}: ${aspect.done}`);
        else told.push(aspect.name);
      }
      const set = lacks.filter(({ name }) => !told.includes(name));
      return { place: this.place, exists: survey.exists, lacks: set, without: told };
    });
  }

  /** Whether the store has such a thing and has taken it. */
  private async set(aspect: S3Aspect, s3: S3): Promise<boolean> {
    try {
      await aspect.set(s3, this.place);
      return true;
    } catch (error) {
      if (!isUnknown(error, this.place)) throw error;
      return false;
    }
  }

  private async look(s3: S3, exists: boolean): Promise<Look> {
    const lacks: S3Aspect[] = [];
    const without: string[] = [];
    for (const aspect of aspects) {
      if (!aspect.applies(this.place)) continue;
      const found = exists ? await stands(aspect, s3, this.place) : false;
      if (found === "unknown") without.push(aspect.name);
      else if (!found) lacks.push(aspect);
    }
    return { lacks, without };
  }

  private async isThere({ sdk, client }: S3): Promise<boolean> {
    const { bucket, region } = this.place;
    try {
      await client.send(new sdk.HeadBucketCommand({ Bucket: bucket }));
      return true;
    } catch (error) {
      const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
      const status = $metadata?.httpStatusCode;
      if (status === 404) return false;
      if (status === 301 || status === 400)
        throw new Failure(
          `the bucket ${bucket} exists, and not in ${region}: correct \`state.region\`, or take another name`,
        );
      if (status === 403)
        throw new Failure(
          `the bucket ${bucket} exists and is closed to these credentials (${name}): it is somebody else's, or they lack s3:ListBucket; take another name, or other credentials`,
        );
      throw error;
    }
  }

  /** A name is taken all over the world: a bucket that answers may be open to all. */
  private async refuseForeign({ sdk, client }: S3): Promise<void> {
    const { bucket } = this.place;
    for await (const { Buckets = [] } of sdk.paginateListBuckets({ client }, {}))
      if (Buckets.some(({ Name }) => Name === bucket)) return;
    throw new Failure(
      `the bucket ${bucket} exists and belongs to another account than these credentials: nothing of it was changed; take another name`,
    );
  }

  private async make({ sdk, client }: S3): Promise<void> {
    const { bucket: Bucket, region, endpoint } = this.place;
    // us-east-1 is the one region that may not be named
    const elsewhere = endpoint === null && region !== "us-east-1";
    try {
      await client.send(
        new sdk.CreateBucketCommand({
          Bucket,
          ...(elsewhere
            ? {
                CreateBucketConfiguration: {
                  LocationConstraint: region as import("@aws-sdk/client-s3").BucketLocationConstraint,
                },
              }
            : {}),
        }),
      );
    } catch (error) {
      if (!(error instanceof sdk.BucketAlreadyExists)) throw error;
      throw new Failure(`the bucket ${Bucket} belongs to another account: take another name`);
    }
  }

  /** Tries a store that is not AWS's: without conditional writes two engines would both hold a lock. @throws Failure */
  async tryLocks(): Promise<void> {
    if (this.place.endpoint !== null) await this.ask((s3) => this.lockTwice(s3));
  }

  private async lockTwice({ sdk, client }: S3): Promise<void> {
    const { bucket: Bucket, root, endpoint } = this.place;
    const object = { Bucket, Key: `${root}/lock-check` };
    const put = () => client.send(new sdk.PutObjectCommand({ ...object, Body: "tried\n", IfNoneMatch: "*" }));
    await client.send(new sdk.DeleteObjectCommand(object));
    await put();
    const refused = await put().then(
      () => false,
      (error: Error) => {
        if (error.name !== "PreconditionFailed") throw error;
        return true;
      },
    );
    await client.send(new sdk.DeleteObjectCommand(object));
    if (!refused)
      throw new Failure(
        `${endpoint} takes a conditional write (If-None-Match) of what exists: two engines could change a stack at once; keep the state in another store`,
      );
  }
}

/** Whether a store that is not AWS's has no such thing. */
function isUnknown(error: unknown, { endpoint }: ResolvedS3State): boolean {
  const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
  return endpoint !== null && (name === "NotImplemented" || [405, 501].includes($metadata?.httpStatusCode ?? 0));
}

/** Whether an aspect is as it should be; a store may have no such thing. */
async function stands(aspect: S3Aspect, s3: S3, place: ResolvedS3State): Promise<boolean | "unknown"> {
  try {
    return await aspect.stands(s3, place);
  } catch (error) {
    if (aspect.absent.includes((error as Error).name)) return false;
    if (isUnknown(error, place)) return "unknown";
    throw error;
  }
}
