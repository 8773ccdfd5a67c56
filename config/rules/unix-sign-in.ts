import type { ResolvedLocalHub } from "../resolve/local-hub";
import type { ResolvedHpcSite } from "../resolve/site";
import type { Rule, RuleFinding } from "./rule";
import { hpcSites } from "./walk";

export const unixSignIn: Rule = {
  id: "unix-sign-in",
  reason:
    "With a batch system, who signs in becomes the Unix user whose jobs run; without one, all notebooks are one user's.",
  check: (federation) =>
    hpcSites(federation).flatMap((site) => site.hubs.flatMap((hub) => [...ofAuth(site, hub), ...ofGroups(site, hub)])),
};

function ofAuth(site: ResolvedHpcSite, { id, auth }: ResolvedLocalHub): RuleFinding[] {
  const path = ["hubs", id, "auth", "kind"];
  if (site.batch && auth.kind === "sharedPassword") {
    const message = "whoever has the password would get the jobs and files of any user they name";
    return [{ site: site.id, path, message, allowed: "pam", fix: "write auth: {kind: pam}" }];
  }
  if (!site.batch && auth.kind === "pam") {
    const message = "notebooks here are processes of one user, whoever signs in";
    return [{ site: site.id, path, message, allowed: "sharedPassword", fix: "remove `auth`, or use a batch system" }];
  }
  return [];
}

function ofGroups(site: ResolvedHpcSite, { id, auth, allow }: ResolvedLocalHub): RuleFinding[] {
  if (auth.kind === "pam" || "everyone" in allow || allow.unixGroups === undefined) return [];
  const message = "who has a shared password is in no group of the machine";
  return [{ site: site.id, path: ["hubs", id, "allow", "unixGroups"], message, fix: "name users, or write everyone" }];
}
