/** A statement of a policy document of AWS. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | Readonly<Record<string, string | readonly string[]>>;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A policy document that a stack holds, wherever in it. */
export interface PolicyDocument {
  readonly stack: string;
  /** `aws_iam_role_policy.identity_role_policy_ABC`. */
  readonly address: string;
  readonly attribute: string;
  readonly text: string;
  readonly statements: readonly Statement[];
}

/** What a stack's JSON says of one resource. */
export type Resource = Readonly<Record<string, unknown>>;

/** Every resource of a stack, by address. */
export function resourcesOf(stack: string): Map<string, Resource> {
  const { resource = {} } = JSON.parse(stack) as { resource?: Record<string, Record<string, Resource>> };
  const found = Object.entries(resource).flatMap(([type, of]) =>
    Object.entries(of).map(([name, one]): [string, Resource] => [`${type}.${name}`, one]),
  );
  return new Map(found);
}

/** Every policy document of stacks: each text of a resource that is one, so that none is left out. */
export function policyDocuments(stacks: ReadonlyMap<string, string>): PolicyDocument[] {
  return [...stacks].flatMap(([stack, json]) =>
    [...resourcesOf(json)].flatMap(([address, resource]) =>
      Object.entries(resource).flatMap(([attribute, text]): PolicyDocument[] => {
        const statements = typeof text === "string" ? statementsOf(text) : undefined;
        return statements ? [{ stack, address, attribute, text: `${text}`, statements }] : [];
      }),
    ),
  );
}

/** Statements of a text that is a policy document. */
function statementsOf(text: string): readonly Statement[] | undefined {
  if (!text.startsWith("{") || !text.includes('"Statement"')) return undefined;
  return [(JSON.parse(text) as { Statement: Statement | Statement[] }).Statement].flat();
}
