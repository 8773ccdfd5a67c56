/*
 * Who reads what in Google Cloud Storage by the rights that stacks give: as IAM decides it, for the roles and conditions that they hold.
 * What it does not know, it refuses to decide. https://cloud.google.com/storage/docs/access-control/iam-roles
 */

/** A right as a stack gives it, on a bucket or, with a condition, on a project. */
export interface Given {
  readonly bucket?: string;
  readonly role: string;
  readonly member: string;
  readonly condition?: { readonly expression: string };
}

const verbs: Readonly<Record<string, readonly string[]>> = {
  "roles/storage.objectViewer": ["list", "read"],
  "roles/storage.objectUser": ["list", "read", "write"],
  "roles/serviceusage.serviceUsageConsumer": [],
};

export interface Asked {
  readonly verb: "list" | "read" | "write";
  readonly member: string;
  readonly bucket: string;
  /** The object, or what the list is of. */
  readonly path: string;
}

/** Whether any of the rights lets somebody do it. */
export function allowed(given: readonly Given[], asked: Asked): boolean {
  return given.some(
    (right) =>
      (right.member === "allUsers" || right.member === asked.member) &&
      (right.bucket === undefined || right.bucket === asked.bucket) &&
      verbsOf(right.role).includes(asked.verb) &&
      (right.condition === undefined ? right.bucket !== undefined : holds(right.condition.expression, asked)),
  );
}

function verbsOf(role: string): readonly string[] {
  const known = verbs[role];
  if (!known) throw new Error(`a role that is not decided here: ${role}`);
  return known;
}

/** Terms joined by `||`: a name, a beginning of names, or a list of what begins with something. */
function holds(expression: string, { verb, bucket, path }: Asked): boolean {
  const own = `projects/_/buckets/${bucket}`;
  const resource = verb === "list" ? own : `${own}/objects/${path}`;
  return expression.split(" || ").some((term) => {
    const equal = /^resource\.name == '([^']+)'$/.exec(term)?.[1];
    if (equal !== undefined) return resource === equal;
    const start = /^resource\.name\.startsWith\('([^']+)'\)$/.exec(term)?.[1];
    if (start !== undefined) return resource.startsWith(start);
    const list = /^\(resource\.name == '([^']+)' && api\.getAttribute\('[^']+', ''\)\.startsWith\('([^']+)'\)\)$/.exec(
      term,
    );
    if (list) return verb === "list" && own === list[1] && path.startsWith(list[2] ?? "");
    throw new Error(`a condition that is not decided here: ${term}`);
  });
}
