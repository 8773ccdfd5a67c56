/** What GDAL writes into a TIFF file beside TIFF's own fields, as XML. */
export interface GdalMetadata {
  /** Of the file: `title`, `license`. */
  readonly items: ReadonlyMap<string, string>;
  /** Names of the bands by their numbers from 0. */
  readonly names: ReadonlyMap<number, string>;
  /** Units of the bands by their numbers from 0. */
  readonly units: ReadonlyMap<number, string>;
}

const item = /<Item ([^>]*)>([^<]*)<\/Item>/g;
const attribute = /(\w+)="([^"]*)"/g;
const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

/** Reads it; a file that GDAL did not write has none. */
export function gdalMetadata(text: string): GdalMetadata {
  const [items, names, units] = [new Map<string, string>(), new Map<number, string>(), new Map<number, string>()];
  for (const [, head = "", content = ""] of text.matchAll(item)) {
    const attributes = new Map([...head.matchAll(attribute)].map(([, name = "", value = ""]) => [name, plain(value)]));
    const [name = "", sample, role] = ["name", "sample", "role"].map((key) => attributes.get(key));
    // GDAL escapes values before it writes XML, which escapes them again.
    const value = plain(plain(content));
    if (sample === undefined) items.set(name, value);
    else if (role === "description") names.set(Number(sample), value);
    else if (role === "unittype") units.set(Number(sample), value);
  }
  return { items, names, units };
}

function plain(text: string): string {
  return text.replaceAll(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => entities[name] ?? "");
}
