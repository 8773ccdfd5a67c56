import type { ResolvedClusterHub } from "../resolve/cluster-hub";
import type { Rule, RuleContext, RuleFinding } from "./rule";
import { clusterHubs } from "./walk";

/** What its people may read is `bucket-rights`' and `store-keys`' to say. */
export const sharedPassword: Rule = {
  id: "shared-password",
  reason:
    "A password that a whole workshop has goes around: such a hub ends, has caps of its own and another password for admins.",
  check: (federation, context) =>
    clusterHubs(federation).flatMap(({ site, hub }) =>
      ofHub(hub, site.id, context).map(({ path, ...finding }) => ({
        ...{ site: site.id, path: ["hubs", hub.id, ...path] },
        ...finding,
      })),
    ),
};

function ofHub(hub: ResolvedClusterHub, site: string, { told }: RuleContext): RuleFinding[] {
  if (hub.auth.kind !== "sharedPassword") return [];
  const { password, adminPassword } = hub.auth;
  const found: RuleFinding[] = [];
  if (hub.expires === null)
    found.push({ path: ["auth"], message: "a hub with a shared password must end", fix: "write expires: DATE" });
  if (hub.dask && !told(site, ["hubs", hub.id, "dask", "limits"]))
    found.push({
      path: ["auth"],
      message: "Dask for whoever has the password, with the caps of everybody",
      fix: "give the hub dask.limits of its own, or dask: none",
    });
  if (hub.admins.length > 0 && !adminPassword)
    found.push({
      path: ["admins"],
      message: "whoever has the users' password could sign in as one of them",
      fix: "write auth.adminPassword, or remove the admins",
    });
  if (hub.admins.length === 0 && adminPassword)
    found.push({
      path: ["auth", "adminPassword"],
      atKey: true,
      message: "the hub has no admins, so nobody uses it",
      fix: "remove it, or name the admins",
    });
  if (adminPassword?.env === password.env)
    found.push({
      path: ["auth", "adminPassword", "env"],
      message: "this is the users' password too",
      fix: "name another variable",
    });
  return found;
}
