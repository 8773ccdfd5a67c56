/** Whom a hub lets in. */
interface LetsIn {
  readonly allow:
    | { readonly everyone: true }
    | { readonly users: readonly string[]; readonly unixGroups?: readonly string[] };
  readonly admins: readonly string[];
  readonly auth: { readonly kind: string; readonly service?: string };
}

/** Whom jobs of a hub run as, by name and by group of the machine. */
export interface JobUsers {
  readonly users: readonly string[];
  readonly groups: readonly string[];
  /** PAM services that are asked for their passwords. */
  readonly services: readonly string[];
}

/** Those whom hubs let in, each once; nobody is named by a hub that lets everyone in. */
export function jobUsers(hubs: readonly LetsIn[]): JobUsers {
  const lists = hubs.map(({ allow, admins, auth }) => ({
    users: [...("users" in allow ? allow.users : []), ...admins],
    groups: "users" in allow ? (allow.unixGroups ?? []) : [],
    services: auth.service === undefined ? [] : [auth.service],
  }));
  const all = (list: (of: (typeof lists)[number]) => readonly string[]) => [...new Set(lists.flatMap(list))].sort();
  return { users: all((l) => l.users), groups: all((l) => l.groups), services: all((l) => l.services) };
}
