import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { slowFirst } from "./slow-files.mjs";

/** Slow files first. The runner's own order is by size where it has no figures of an earlier run, as on a fresh clone. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return slowFirst(await super.sort(files), ({ moduleId }) => relative(this.ctx.config.root, moduleId));
  }
}
