/** What is there and not in the engine's state. */
export interface Thing {
  /** Of the resource that it is. */
  readonly address: string;
  /** What the engine imports it by. */
  readonly id: string;
}

/** Tags that tell which site's a thing is; whatever Isthmus makes in AWS bears them. */
export const marks = ["managed-by", "federation", "site"] as const;

export function typeOf(address: string): string {
  return address.slice(0, address.indexOf("."));
}

export function labelOf(address: string): string {
  return address.slice(address.lastIndexOf(".") + 1);
}

type Tags = Readonly<Record<string, unknown>>;

/** Whether what bears these tags is of the site whose tags those are. */
export function isOwn(is: Tags, shall: Tags): boolean {
  return marks.every((mark) => is[mark] !== undefined && is[mark] === shall[mark]);
}
