import type { ResolvedHpcSite } from "../resolve/site";
import type { Rule, RuleFinding } from "./rule";
import { hpcSites } from "./walk";

export const serviceAccount: Rule = {
  id: "service-account",
  reason: "Who is not root submits jobs as other users by sudo rules, which name the commands and the people.",
  check: (federation) =>
    hpcSites(federation).flatMap((site) => [...userOfNone(site), ...commandsOfRoot(site), ...ofPeople(site)]),
};

/** Whoever installs here is told by the installer. */
function commandsOfRoot({ id: site, batch, written }: ResolvedHpcSite): RuleFinding[] {
  if (batch === null || batch.sudo || written.commands === undefined) return [];
  const message =
    "this is for the sudo rules of a service account, and root runs the site, which finds them on its PATH";
  const fix = "remove it, or name a service account as login.user";
  return [{ site, path: ["scheduler", "commands"], message, fix }];
}

/** Without jobs nothing asks who runs the command. */
function userOfNone({ id: site, batch, login }: ResolvedHpcSite): RuleFinding[] {
  if (batch !== null || login === "here" || login.kind !== "bundle" || login.user === null) return [];
  const message = "without a batch system the site is run by whoever runs the command there";
  return [{ site, path: ["login", "user"], message, fix: "remove it" }];
}

function ofPeople({ id: site, batch, hubs }: ResolvedHpcSite): RuleFinding[] {
  if (!batch?.sudo) return [];
  const { user } = batch.sudo;
  const staged = hubs.flatMap((hub): RuleFinding[] => {
    if (hub.dask?.staging === undefined) return [];
    const message = `${user} makes nothing as users: a cluster's keys are in its jobs' scripts, its logs in homes`;
    return [{ site, path: ["hubs", hub.id, "dask", "staging"], message, fix: "remove it" }];
  });
  const people = hubs.flatMap((hub): RuleFinding[] => {
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
  return [...staged, ...people];
}
