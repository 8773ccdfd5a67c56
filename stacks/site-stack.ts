import { isAbsolute, join, posix, relative } from "node:path";
import { type App, TerraformStack } from "cdktf";
import { stackName } from "../config/names";
import type { ResolvedFederation } from "../config/resolve/federation";
import type { CatalogFiles } from "../constructs/catalog/files";
import { addBackend } from "./state-backend";

/** Where a synth writes and where the config lies: only their relation enters the output, never a machine's path. */
export interface Places {
  /** Absolute directory of the federation file. */
  readonly config: string;
  /** Absolute output directory (`cdktf.out`). */
  readonly output: string;
}

/** What the stacks of every site are made from. */
export interface FederationProps {
  readonly federation: ResolvedFederation;
  /** Pages that every site publishes. */
  readonly catalog: CatalogFiles;
  readonly places: Places;
}

export interface SiteStackProps {
  readonly federation: ResolvedFederation;
  readonly site: string;
  /** `base`, `lake`, ... or a hub's id. */
  readonly part: string;
  readonly places: Places;
}

/** A stack of one site: its name, its state's place, and the files that are written beside its JSON. */
export class SiteStack extends TerraformStack {
  /** Directory of the federation file, relative to this stack's output directory. */
  readonly configDirectory: string;
  /** Path in the stack's output directory -> text. */
  readonly files = new Map<string, string>();

  constructor(app: App, props: SiteStackProps) {
    const name = stackName(props.site, props.part);
    super(app, name);
    this.configDirectory = relative(join(props.places.output, "stacks", name), props.places.config);
    if (isAbsolute(this.configDirectory)) throw new Error(`no relative path from the output to ${props.places.config}`);
    const { id, state, states } = props.federation;
    addBackend(this, name, states[props.site] ?? state, posix.join(this.configDirectory, "state", id));
  }

  /** Adds files below a folder of the stack's output directory. */
  addFiles(folder: string, files: ReadonlyMap<string, string>): void {
    for (const [path, text] of files) this.files.set(`${folder}/${path}`, text);
  }
}
