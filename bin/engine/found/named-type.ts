/*
 * Types with a name of their own: a cloud refuses a second one, and what it says tells that one is there, which an engine that was
 * killed before it heard of it does not know.
 */

/** What is known of one that was refused. */
export interface Refused {
  /** As it was to be made. */
  readonly after: Readonly<Record<string, unknown>>;
  /** What the provider said. */
  readonly said: string;
  /** The account of the stack's provider, on Google Cloud its project; undefined where that names none. */
  readonly account: string | undefined;
}

export interface NamedType {
  /** What the provider says when one is there. */
  readonly refusal: RegExp;
  /** What the engine imports it by. Undefined where a part is not known. */
  readonly importId: (refused: Refused) => string | undefined;
  /**
   * How it is known as this site's: by its tags; by being within something that the stack already holds, or under a name that bears federation
   * and site, where the cloud knows no tags; `afterCut`: by its name alone, so that only an apply that was cut off can have left it; `bareToo`: also one
   * without any tag, which only a service of AWS or a cut-off apply leaves so.
   */
  readonly known: "tags" | "place" | "bareToo" | "afterCut";
  /** Where AWS gives a number that the import wants: the data source that tells it by what is known. */
  readonly look?: { readonly type: string; readonly by: string };
}

export const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** The values of these arguments in a row; undefined where one is not known before the apply. */
export function joined(separator: string, ...keys: readonly string[]) {
  return ({ after }: Refused): string | undefined => {
    const parts = keys.flatMap((key) => text(after[key]) ?? []);
    return parts.length === keys.length ? parts.join(separator) : undefined;
  };
}
