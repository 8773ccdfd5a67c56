import { copiesOf, type DatasetCopy } from "../../config/resolve/mirrors";
import type { ResolvedSite } from "../../config/resolve/site";
import { compareCopy } from "../catalog/copies";
import { ReadFailure } from "../catalog/http";
import { Failure } from "../failure";
import type { Config } from "../load-or-exit";
import { type Checks, Unmet } from "./check";
import { fetchPage } from "./fetch";

function copyAgain({ by, site }: DatasetCopy): string {
  const ways = {
    s3: "wait some minutes where it was just written; else its owner copies it with S3 Batch Replication",
    transfer: `wait for the next run; or gcloud transfer jobs list in the project of ${site} tells the job, gcloud transfer jobs run JOB starts it`,
    site: `isthmus status tells how ${site} is getting on with it`,
  };
  return `${ways[by]}; then isthmus catalog record`;
}

/** Whether copies of a site's datasets at others hold what the originals do, also those that are not listed yet. */
export async function verifyCopies(
  { federation }: Pick<Config, "federation">,
  site: Pick<ResolvedSite, "id" | "datasets">,
  checks: Checks,
  signal: AbortSignal,
  copies: ReadonlyMap<string, readonly DatasetCopy[]> = copiesOf(federation),
): Promise<void> {
  for (const { id } of site.datasets)
    for (const copy of copies.get(id) ?? []) {
      const name = `the copy of ${id} at ${copy.site} is whole`;
      await checks.run(site.id, name, `isthmus up ${copy.site}, then isthmus up ${site.id}`, () =>
        isWhole(copy, signal),
      );
    }
}

async function isWhole(copy: DatasetCopy, signal: AbortSignal): Promise<string> {
  const get = async (url: string) => {
    const { status, bytes } = await fetchPage(url, signal);
    if (status !== 200 && status !== 404) throw new Failure(`${url} answers ${status}`);
    return status === 404 ? undefined : bytes;
  };
  const found = await compareCopy(get, copy).catch((error: unknown) => {
    throw error instanceof ReadFailure ? new Failure(error.message) : error;
  });
  if ("differs" in found) throw new Unmet(found.differs, copyAgain(copy));
  return `${found.manifest.objects} objects, ${found.manifest.bytes} bytes, the same at both`;
}
