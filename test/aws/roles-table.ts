import { type PolicyDocument, policyDocuments, resourcesOf, type Statement } from "./policies";

/** A role of a site: who takes it, and what it may do. */
export interface TableRole {
  /** Without federation and site. */
  readonly name: string;
  readonly rows: readonly string[];
}

/** Roles of stacks, each with a row for every statement and every policy of AWS's own. */
export function rolesOf(stacks: ReadonlyMap<string, string>, prefix: string | RegExp): TableRole[] {
  const documents = policyDocuments(stacks);
  return [...stacks]
    .flatMap(([stack, json]) =>
      [...resourcesOf(json)].flatMap(([address, { name }]) => {
        if (!address.startsWith("aws_iam_role.")) return [];
        const rows = [...statementsOf(documents, stack, json, address), ...managedOf(json, address)];
        return [{ name: `${name}`.replace(prefix, ""), rows }];
      }),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The table of docs/aws.md. */
export function rolesTable(stacks: ReadonlyMap<string, string>, prefix: string): string {
  const rows = rolesOf(stacks, prefix).flatMap(({ name, rows: own }) => own.map((row) => `| \`${name}\` | ${row} |`));
  return ["| role | may | on | where |", "|---|---|---|---|", ...rows].join("\n");
}

const refersTo = (address: string, value: unknown) => `${value}`.includes(`\${${address}.`);

function statementsOf(documents: readonly PolicyDocument[], stack: string, json: string, role: string): string[] {
  const resources = resourcesOf(json);
  const own = documents.filter(
    (one) => one.stack === stack && one.attribute === "policy" && refersTo(role, resources.get(one.address)?.role),
  );
  return own.flatMap(({ statements }) => statements.map(row));
}

function row({ Action, Resource, Condition }: Statement): string {
  const on = [Resource ?? []].flat().map((resource) => shown(resource));
  return [[Action].flat().join(", "), on.map((one) => `\`${one}\``).join(", "), conditions(Condition)].join(" | ");
}

/** An ARN without what is the same in all of the account; what only the engine knows in words. */
function shown(resource: string): string {
  return resource.replace(/^arn:aws:/, "").replace(/\$\{data\.aws_route53_zone[^}]*\}/, "<the zone>");
}

function conditions(condition: Statement["Condition"]): string {
  return Object.entries(condition ?? {})
    .flatMap(([operator, of]) =>
      Object.entries(of).map(([key, values]) => `\`${key}\` ${operator} \`${[values].flat().join(", ")}\``),
    )
    .join(", ");
}

function managedOf(json: string, role: string): string[] {
  return [...resourcesOf(json)].flatMap(([address, attachment]) => {
    if (!address.startsWith("aws_iam_role_policy_attachment.") || !refersTo(role, attachment.role)) return [];
    const policy = `${attachment.policy_arn}`.split("/").at(-1);
    return [`what AWS's policy \`${policy}\` says | | `];
  });
}
