import type { Path } from "../faults";
import type { ResolvedHpcSite } from "../resolve/site";
import type { Rule, RuleFinding } from "./rule";
import { hpcSites } from "./walk";

export const serviceAccount: Rule = {
  id: "service-account",
  reason: "Who is not root submits jobs as other users by sudo rules, which name the commands and the people.",
  check: (federation) =>
    hpcSites(federation).flatMap((site) => (site.batch === null ? [] : [...ofAccount(site), ...ofPeople(site)])),
};

function ofAccount(site: ResolvedHpcSite): RuleFinding[] {
  const { batch, login, written } = site;
  const found = (path: Path, message: string, rest: Omit<RuleFinding, "path" | "message">): RuleFinding[] => [
    { site: site.id, path, message, ...rest },
  ];
  if (batch?.sudo) return [];
  const byRoot = login === "here" || login.kind === "bundle" || login.user === "root";
  // Whoever installs here, or carries the files there, is told by the installer.
  if (!byRoot)
    return found(["login", "user"], `${login.user} cannot submit jobs of PBS as other users`, {
      allowed: "root; with scheduler: {kind: slurm} a service account too",
      fix: "sign in as root, with a key for this alone",
    });
  if (written.commands === undefined) return [];
  const message =
    "this is for the sudo rules of a service account, and root runs the site, which finds them on its PATH";
  return found(["scheduler", "commands"], message, { fix: "remove it, or name a service account as login.user" });
}

function ofPeople({ id: site, batch, hubs }: ResolvedHpcSite): RuleFinding[] {
  if (!batch?.sudo) return [];
  const { user } = batch.sudo;
  return hubs.flatMap((hub): RuleFinding[] => {
    const path = ["hubs", hub.id, "allow"];
    if ("everyone" in hub.allow) {
      const message = `${user} is not root: its sudo rules must name whose jobs it may submit`;
      return [{ site, path, message, allowed: "unixGroups, users", fix: "write allow: {unixGroups: [pangeo]}" }];
    }
    const listed = [...hub.allow.users.map((name, i) => ({ name, path: [...path, "users", i] }))];
    const own = listed.find(({ name }) => name === user || name === "root");
    if (!own) return [];
    const message = `${own.name} ${own.name === user ? "runs the site" : "is nobody's sign-in"}: no job is submitted as it`;
    return [{ site, path: own.path, message, fix: "remove it" }];
  });
}
