import { createHash } from "node:crypto";
import { type BundleFiles, json, staticFiles } from "./bundle";
import { tarOf } from "./tar";

/** A site whose files somebody carries to its machine. */
export interface CarriedSite {
  readonly federation: string;
  readonly site: string;
  /** The site's root there: absolute, or relative to the home of whoever runs the installer. */
  readonly root: string;
  /** The Python that runs the installer there. */
  readonly python: string;
}

/** A part of such a site, `base` before those that need it. */
export interface CarriedPart {
  readonly part: string;
  readonly bundle: BundleFiles;
}

/** What lies beside the stack of a site's base: the file to carry, and what is said of it. */
export const carriedFolder = "carry";

const installer = "carried/install.py";

/**
 * The one file that is carried, its digest as `sha256sum` reads it, and the command that is run beside it, by their
 * names in `carriedFolder`. The same config gives the same bytes.
 */
export function carriedFiles(place: CarriedSite, parts: readonly CarriedPart[]): Map<string, string> {
  const { federation, site, root, python } = place;
  const program = staticFiles(installer).get(installer) ?? "";
  const told = {
    format: 1,
    federation,
    site,
    root,
    parts: parts.map((p) => ({ id: p.part, digest: p.bundle.digest })),
  };
  const about = json(told);
  const name = `${federation}-${site}-${digestOf(about + program).slice(0, 12)}`;
  const files = [
    [`${name}/install.py`, program],
    [`${name}/site.json`, about],
    ...parts.flatMap(({ part, bundle }) => [...bundle.files].map(([path, text]) => [`${name}/${part}/${path}`, text])),
  ] as [string, string][];
  const archive = tarOf(new Map(files));
  const sum = `${digestOf(archive)}  ${name}.tar\n`;
  return new Map([
    [`${name}.tar`, archive],
    [`${name}.tar.sha256`, sum],
    ["install.txt", `${installCommand(sum, python)}\n`],
  ]);
}

/**
 * The command for the machine, run beside the file: it goes on only with the very file that was packed.
 * @param sum a line as `sha256sum` reads it
 * @param parts those that are wanted; all without
 */
export function installCommand(sum: string, python: string, parts: readonly string[] = []): string {
  const file = sum.trim().split(/\s+/)[1] ?? "";
  const program = [python, `${file.replace(/\.tar$/, "")}/install.py`, ...parts].join(" ");
  return `echo '${sum.trim()}' | sha256sum -c - && tar -xf ${file} && ${program}`;
}

/** The command that ends the programs of a part there and keeps all data, as the home's owner runs it anywhere. */
export function uninstallCommand({ root, python }: Pick<CarriedSite, "root" | "python">, part: string): string {
  return `cd && ${python} ${root}/current/base/kit/site.py uninstall --root ${root} --id ${part}`;
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
