import type { ResolvedClusterHub } from "../resolve/cluster-hub";
import type { Rule, RuleFinding } from "./rule";
import { clusterHubs } from "./walk";

type Kind = ResolvedClusterHub["auth"]["kind"];

/** Lists of `allow` that a sign-in can tell people by. */
const hubLists: Record<Kind, readonly string[]> = {
  federation: ["idps", "groups", "users", "domains"],
  github: ["orgs", "teams", "users"],
  google: ["domains", "users"],
  lti: ["users"],
  sharedPassword: ["users"],
};

/** Lists of a profile's `allow`. Whoever has a shared password signs in under any name, so no list holds anybody back. */
const profileLists: Record<Kind, readonly string[]> = {
  federation: ["groups", "users"],
  github: ["teams", "users"],
  google: ["users"],
  lti: ["users"],
  sharedPassword: [],
};

/** Anybody has an account there. */
const open: readonly Kind[] = ["github", "google"];

export const allowKinds: Rule = {
  id: "allow-kinds",
  reason:
    "Who may sign in is told by what the sign-in knows of people; a list that it cannot check lets in nobody, or all.",
  check: (federation) =>
    clusterHubs(federation).flatMap(({ site, hub }) =>
      [...ofHub(hub), ...ofProfiles(hub)].map(({ path, ...finding }) => ({
        ...{ site: site.id, path: ["hubs", hub.id, ...path] },
        ...finding,
      })),
    ),
};

function ofHub({ allow, auth: { kind } }: ResolvedClusterHub): RuleFinding[] {
  if (!("everyone" in allow)) return unchecked(["allow"], allow, kind, hubLists[kind]);
  if (!open.includes(kind)) return [];
  const message = `anybody can have an account at ${kind}: compute for everyone`;
  return [
    {
      path: ["allow"],
      message,
      allowed: hubLists[kind].join(", "),
      fix: `name some: allow: {${hubLists[kind][0]}: [...]}`,
    },
  ];
}

function ofProfiles({ profiles, auth: { kind } }: ResolvedClusterHub): RuleFinding[] {
  return profiles.flatMap(({ id, allow }) =>
    allow ? unchecked(["profiles", id, "allow"], allow, kind, profileLists[kind]) : [],
  );
}

function unchecked(path: string[], lists: object, kind: Kind, known: readonly string[]): RuleFinding[] {
  return Object.entries(lists).flatMap(([key, list]: [string, readonly string[]]) => {
    if (list.length === 0 || known.includes(key)) return [];
    const message = `with auth.kind ${kind} nothing tells whether a person is one of these`;
    const allowed = known.length > 0 ? known.join(", ") : "no list at all";
    return [{ path: [...path, key], atKey: true, message, allowed, fix: "remove it, or choose another auth" }];
  });
}
