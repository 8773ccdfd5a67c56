/** What a statement of IAM compares. */
export type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** A statement of a policy of a role: it says nothing of who, which the role's trust says. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Condition;
}

/** A statement that allows something. */
export function allow(
  Sid: string,
  Action: string | readonly string[],
  Resource: string | readonly string[],
): Statement {
  return { Sid, Effect: "Allow", Action, Resource };
}

/** The bucket of a name, as policies call it. */
export function bucketArn(name: string): string {
  return `arn:aws:s3:::${name}`;
}
