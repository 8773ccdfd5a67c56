import type { ResolvedClusterHub } from "../../config/resolve/cluster-hub";
import type { ResolvedIdentity } from "../../config/resolve/identity";
import { sharedFolder } from "./homes";
import { type IssuerOfHub, issuerOf } from "./issuer";
import type { JupyterHubProps } from "./props";

/** The port of the hub's pod where Prometheus reads its metrics, without a token: no way from outside leads there. */
export const metricsPort = 8082;

/** What the hub's own program reads: nothing in it is secret, and nothing of it is program text. */
export interface HubData {
  readonly title: string;
  /** The hub's own URL, with a slash at its end. */
  readonly url: string;
  readonly signIn: SignIn;
  readonly allow: ResolvedClusterHub["allow"];
  readonly admins: readonly string[];
  /** Who may take a profile, by its id, where not all of the hub may. GitHub's teams are groups. */
  readonly profiles: Readonly<
    Record<string, { readonly groups: readonly string[]; readonly users: readonly string[] }>
  >;
  /** Where the home file system has what admins write and all read; null without one. */
  readonly sharedFolder: {
    readonly volume: string;
    readonly subPath: string;
    readonly paths: readonly string[];
  } | null;
  readonly idleSeconds: number;
  readonly metricsPort: number;
}

/** How people sign in. Secrets come by files of the hub's pod. */
export type SignIn =
  | ({ readonly kind: "federation"; readonly groups: ResolvedIdentity["groupRules"] } & IssuerOfHub)
  /** Organisations or teams are asked for, which needs a scope. */
  | { readonly kind: "github"; readonly clientId: string; readonly organisations: boolean }
  | { readonly kind: "google"; readonly clientId: string }
  | {
      readonly kind: "lti";
      readonly issuer: string;
      readonly clientId: string;
      readonly authorizeUrl: string;
      readonly keysUrl: string;
    }
  | { readonly kind: "sharedPassword"; readonly adminPassword: boolean };

/** @throws Error for a hub whose people are the federation's where the federation has no identity: a rule refuses it */
export function hubData(props: JupyterHubProps): HubData {
  const { federation, identity, hub } = props;
  return {
    title: hub.title,
    url: hub.url,
    signIn: signInOf(hub, federation, identity),
    allow: hub.allow,
    admins: hub.admins,
    profiles: Object.fromEntries(
      hub.profiles.flatMap(({ id, allow }) =>
        allow
          ? [[id, { groups: [...allow.groups, ...allow.teams.map((t) => t.toLowerCase())], users: allow.users }]]
          : [],
      ),
    ),
    sharedFolder: sharedFolder(props),
    idleSeconds: hub.cull.idleSeconds,
    metricsPort,
  };
}

function signInOf(hub: ResolvedClusterHub, title: string, identity: ResolvedIdentity | null): SignIn {
  const { auth, allow } = hub;
  switch (auth.kind) {
    case "federation": {
      return { kind: auth.kind, ...issuerOf(hub.id, title, identity), groups: identity?.groupRules ?? {} };
    }
    case "github": {
      const lists = "everyone" in allow ? [] : [...allow.orgs, ...allow.teams];
      const teams = hub.profiles.flatMap((profile) => profile.allow?.teams ?? []);
      return { kind: auth.kind, clientId: auth.client.id, organisations: lists.length + teams.length > 0 };
    }
    case "google":
      return { kind: auth.kind, clientId: auth.client.id };
    case "lti":
      return auth;
    case "sharedPassword":
      return { kind: auth.kind, adminPassword: auth.adminPassword !== undefined };
  }
}
