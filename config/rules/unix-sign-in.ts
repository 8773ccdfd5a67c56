import type { ResolvedLocalHub } from "../resolve/local-hub";
import type { ResolvedHpcSite } from "../resolve/site";
import { didYouMean, listed } from "../suggest";
import type { Rule, RuleFinding } from "./rule";
import { hpcSites } from "./walk";

export const unixSignIn: Rule = {
  id: "unix-sign-in",
  reason:
    "With a batch system, who signs in becomes the Unix user whose jobs run; without one, all notebooks are one user's.",
  check: (federation) =>
    hpcSites(federation).flatMap((site) =>
      site.hubs.flatMap((hub) => [...ofAuth(site, hub), ...ofGroups(site, hub), ...ofAccounts(site, hub)]),
    ),
};

function ofAuth(site: ResolvedHpcSite, { id, auth }: ResolvedLocalHub): RuleFinding[] {
  const path = ["hubs", id, "auth", "kind"];
  if (site.batch && auth.kind === "sharedPassword") {
    const message = "whoever has the password would get the jobs and files of any user they name";
    return [{ site: site.id, path, message, allowed: "pam, federation", fix: "write auth: {kind: pam}" }];
  }
  if (!site.batch && auth.kind !== "sharedPassword") {
    const message = "notebooks here are processes of one user, whoever signs in";
    return [{ site: site.id, path, message, allowed: "sharedPassword", fix: "remove `auth`, or use a batch system" }];
  }
  return [];
}

function ofGroups(site: ResolvedHpcSite, { id, auth, allow }: ResolvedLocalHub): RuleFinding[] {
  if (auth.kind !== "sharedPassword" || "everyone" in allow || allow.unixGroups === undefined) return [];
  const message = "who has a shared password is in no group of the machine";
  return [{ site: site.id, path: ["hubs", id, "allow", "unixGroups"], message, fix: "name users, or write everyone" }];
}

/** Names that nobody signs in as, where a table says who is which account. */
function ofAccounts(site: ResolvedHpcSite, { id, auth, allow, admins }: ResolvedLocalHub): RuleFinding[] {
  if (auth.kind !== "federation") return [];
  const people = Object.entries(auth.accounts);
  const roots = people.flatMap(([person, account]): RuleFinding[] => {
    if (account !== "root") return [];
    const message = "no job runs as root";
    return [{ site: site.id, path: ["hubs", id, "auth", "accounts", person], message, fix: "name their own account" }];
  });
  if ("service" in auth) return roots;
  const known = people.map(([, account]) => account);
  const named = [
    ...("users" in allow ? allow.users : []).map((name, i) => ({ name, path: ["allow", "users", i] })),
    ...admins.map((name, i) => ({ name, path: ["admins", i] })),
  ];
  const unknown = named.flatMap(({ name, path }): RuleFinding[] => {
    if (known.includes(name) || name.includes("@")) return [];
    const message = "nobody signs in as this account: auth.accounts does not name it";
    const fix = didYouMean(name, known) ?? "name the account's person under auth.accounts";
    return [{ site: site.id, path: ["hubs", id, ...path], message, allowed: listed(known), fix }];
  });
  return [...roots, ...unknown];
}
