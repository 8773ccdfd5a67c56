import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { type ReadFile, readConfigFile } from "../../config/files";
import type { Bytes, Example } from "./examples";

/** Memory where the machine shows some as a directory: a hundred thousand mutations open a million files. */
function quickDirectory(): string {
  try {
    accessSync("/dev/shm", constants.W_OK | constants.X_OK);
    return "/dev/shm";
  } catch {
    return tmpdir();
  }
}

/** A folder that holds an example, or a mutation of it. */
export class Folder {
  readonly path = mkdtempSync(join(quickDirectory(), "isthmus-fuzz-"));
  private readonly there = new Map<string, Buffer>();
  private readonly unchanged = new Map<string, ReadFile>();

  constructor(private readonly example: Example) {
    this.hold(example.files);
  }

  get federation(): string {
    return join(this.path, "federation.yaml");
  }

  /** Makes the folder hold exactly these files; writes only what differs. */
  hold(files: Bytes): void {
    for (const path of this.there.keys())
      if (!files.has(path)) {
        rmSync(join(this.path, path));
        this.there.delete(path);
      }
    for (const [path, bytes] of files)
      if (!this.there.get(path)?.equals(bytes)) {
        mkdirSync(dirname(join(this.path, path)), { recursive: true });
        writeFileSync(join(this.path, path), bytes);
        this.there.set(path, bytes);
      }
  }

  /** Reads a config file; one that is the example's own is parsed once, since nine of ten are. */
  readonly read = (path: string, fix: string): ReadFile => {
    const name = relative(this.path, path);
    if (this.there.get(name) !== this.example.files.get(name)) return readConfigFile(path, fix);
    const read = this.unchanged.get(name) ?? readConfigFile(path, fix);
    this.unchanged.set(name, read);
    return read;
  };

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}
