/*
 * Who may do what by policies of AWS: as IAM decides it, for the statements that the stacks hold. What it does not know, it refuses
 * to decide. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */

/** A statement, of a role's policy (without a principal) or of a bucket's or key's. */
export interface PolicyStatement {
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | Readonly<Record<string, string | readonly string[]>>;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A role with what its own policies say. */
export interface PolicyRole {
  readonly account: string;
  readonly arn: string;
  readonly statements: readonly PolicyStatement[];
}

/** What a role asks for, of a thing in an account. */
export interface Request {
  readonly role: PolicyRole;
  readonly action: string;
  readonly resource: string;
  /** What conditions compare, beside the role and whose the thing is. */
  readonly context: Readonly<Record<string, string>>;
}

/** A bucket or a key: whose it is, and its policy. */
export interface Guarded {
  readonly account: string;
  readonly statements: readonly PolicyStatement[];
}

const listed = (value: string | readonly string[]) => (typeof value === "string" ? [value] : value);

function like(pattern: string, value: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(value);
}

type Compare = (wanted: readonly string[], value: string | undefined) => boolean;

const operators: Readonly<Record<string, Compare>> = {
  Bool: (wanted, value) => value !== undefined && wanted.includes(value),
  StringEquals: (wanted, value) => value !== undefined && wanted.includes(value),
  StringNotEquals: (wanted, value) => value === undefined || !wanted.includes(value),
  StringLike: (wanted, value) => value !== undefined && wanted.some((one) => like(one, value)),
  ArnEquals: (wanted, value) => value !== undefined && wanted.some((one) => like(one, value)),
};

function holds(statement: PolicyStatement, context: Readonly<Record<string, string>>): boolean {
  return Object.entries(statement.Condition ?? {}).every(([operator, keys]) => {
    const compare = operators[operator];
    if (!compare) throw new Error(`a condition that is not decided here: ${operator}`);
    return Object.entries(keys).every(([key, wanted]) => compare(listed(wanted), context[key]));
  });
}

function speaksOf(statement: PolicyStatement, { action, resource }: Request): boolean {
  return (
    listed(statement.Action).some((one) => like(one, action)) &&
    listed(statement.Resource).some((one) => like(one, resource))
  );
}

/** How a policy of a thing names a role: by itself or as anybody, or by its account, which then decides by the role's own policies. */
function namesRole({ Principal }: PolicyStatement, { account, arn }: PolicyRole): "itself" | "account" | null {
  if (Principal === undefined) throw new Error("a policy of a thing without a principal");
  const named = Principal === "*" ? ["*"] : listed(Principal.AWS ?? []);
  if (named.includes("*") || named.includes(arn)) return "itself";
  return named.includes(`arn:aws:iam::${account}:root`) ? "account" : null;
}

/** Whether a role gets what it asks for, of a bucket or an object in it. */
export function allowedByBucket(request: Request, bucket: Guarded): boolean {
  const { own, thing, denied } = decide(request, bucket);
  if (denied) return false;
  if (request.role.account === bucket.account) return own || thing === "itself";
  return own && thing !== null;
}

/** Whether a role may use a key: its policy must say so always, and where it says it of the account, the role's own too. */
export function allowedByKey(request: Request, key: Guarded): boolean {
  const { own, thing, denied } = decide(request, key);
  if (denied || thing === null) return false;
  return own || (thing === "itself" && request.role.account === key.account);
}

function decide(request: Request, thing: Guarded) {
  const { role } = request;
  const context = {
    "aws:SecureTransport": "true",
    ...request.context,
    "aws:PrincipalArn": role.arn,
    "s3:ResourceAccount": thing.account,
  };
  const meant = (statement: PolicyStatement) => speaksOf(statement, request) && holds(statement, context);
  const byRole = role.statements.filter(meant);
  const byThing = thing.statements.filter((one) => namesRole(one, role) !== null && meant(one));
  const ways = byThing.filter(({ Effect }) => Effect === "Allow").map((one) => namesRole(one, role));
  return {
    denied: [...byRole, ...byThing].some(({ Effect }) => Effect === "Deny"),
    own: byRole.some(({ Effect }) => Effect === "Allow"),
    thing: ways.includes("itself") ? "itself" : (ways[0] ?? null),
  };
}
