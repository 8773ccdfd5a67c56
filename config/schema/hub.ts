import { z } from "zod";
import { expiry } from "./dates";
import { block, count, id, named, none, pack, size, text, title } from "./fields";
import { machineFile } from "./hpc-tls";
import { gpusOnce, gpusTwice, jobKeys } from "./job-keys";

export const userName = text(
  /^[a-z][a-z0-9._-]{0,63}(?:@[a-z0-9.-]+)?$/,
  "a user name, or <claim>@<idp> where the federation signs people in",
);

const localAllow = z
  .union([
    z.literal("everyone"),
    block({
      users: z.array(userName).min(1).optional().describe("These users. Default none."),
      unixGroups: z
        .array(text(/^[a-z_][a-z0-9_.-]{0,31}$/i, "a group's name: letters, digits, _ . -, at most 32"))
        .min(1)
        .optional()
        .describe("Members of these groups of the machine, with `auth: {kind: pam}`. Default none."),
    }).refine(({ users, unixGroups }) => users !== undefined || unixGroups !== undefined, {
      error: pack({ message: "nobody is allowed", fix: "name users or unixGroups, or write everyone" }),
    }),
  ])
  .describe(
    "Who may sign in. Required and explicit: `everyone` (who has the password, or an account of the machine), or `users`, `unixGroups`.",
  );

const cull = block({
  idleMinutes: count(5, 10_080)
    .optional()
    .describe("A notebook server idle for so long is stopped. Minutes, default 60."),
  maxAgeHours: count(1, 720).optional().describe("A server is stopped at this age, idle or not. Hours, default 168."),
}).describe("Idle servers are always culled; only the times can be changed.");

export const cores = z.number().min(0.1).max(1024);

/** Caps where nothing is written: of a machine that people sit at, and of a cluster (on Kubernetes or with a batch system: those of the Pangeo hubs and the Planetary Computer Hub). */
export const daskDefaults = {
  local: {
    cluster: { cores: 4, memory: "8Gi", workers: 4 },
    user: { clusters: 2, cores: 8 },
    hub: { cores: 16 },
  },
  kubernetes: {
    cluster: { cores: 100, memory: "600Gi", workers: 100 },
    user: { clusters: 2, cores: 200 },
    hub: { cores: 800 },
  },
} as const;

type DaskDefaults = (typeof daskDefaults)[keyof typeof daskDefaults];

export type DaskLimitsConfig = z.infer<ReturnType<typeof daskLimits>>;

function daskLimits(defaults: DaskDefaults, batch?: DaskDefaults) {
  const told = (of: (defaults: DaskDefaults) => number | string) =>
    `Default ${of(defaults)}${batch ? `, with a batch system ${of(batch)}` : ""}.`;
  return block({
    cluster: block({
      cores: cores.optional().describe(`Cores of one cluster's workers. ${told((d) => d.cluster.cores)}`),
      memory: size.optional().describe(`Memory of one cluster's workers. ${told((d) => d.cluster.memory)}`),
      workers: count(1, 10_000)
        .optional()
        .describe(`Workers of one cluster. ${told((d) => d.cluster.workers)}`),
    })
      .optional()
      .describe("Caps of one cluster."),
    user: block({
      clusters: count(1, 100)
        .optional()
        .describe(`Clusters that one user may run at a time. ${told((d) => d.user.clusters)}`),
      cores: cores.optional().describe(`Cores over all clusters of one user. ${told((d) => d.user.cores)}`),
    })
      .optional()
      .describe("Caps of one user."),
    hub: block({ cores: cores.optional().describe(`Cores over all clusters of the hub. ${told((d) => d.hub.cores)}`) })
      .optional()
      .describe("Caps of the whole hub."),
  }).describe("Caps. There is always one at each level.");
}

/**
 * What a hub's Dask Gateway may be told on every provider.
 * @param batch defaults where workers are jobs, if those are others
 */
export function daskBase(defaults: DaskDefaults, batch?: DaskDefaults) {
  return {
    limits: daskLimits(defaults, batch).optional(),
    idleMinutes: count(1, 1440)
      .optional()
      .describe("A cluster without work for so long is stopped. Minutes, default 30."),
  };
}

const localDask = z
  .union([
    none,
    block({
      worker: block({
        cores: cores.optional().describe("Threads of a worker. Default 1."),
        memory: size
          .optional()
          .describe("Memory of a worker; it spills and then stops before it takes more. Default 2Gi."),
      })
        .optional()
        .describe("The size of a worker unless a user asks for another."),
      ...daskBase(daskDefaults.local, daskDefaults.kubernetes),
      ...jobKeys,
      staging: text(
        /^(?=.*\{user\})(?:\/(?:[A-Za-z0-9_.+@-]|\{user\})+)+$/,
        "an absolute path with {user} in it: /scratch/{user}/dask",
      )
        .optional()
        .describe(
          "With a batch system: the directory, on a file system of all nodes, in which each cluster has one of its own for its keys and logs until it ends. {user} is the user's name; what is missing is made as the user, and one of somebody else's is refused. Default ~/.dask-gateway.",
        ),
    }).refine(gpusOnce, gpusTwice),
  ])
  .describe("Dask Gateway of this hub. On by default; `none` leaves it out.");

/** The keys of a profile that mean the same on every provider. */
export const profileBase = {
  title,
  description: z
    .string()
    .max(500)
    .optional()
    .describe("A sentence below the title in the spawn form. Default: its cores and memory."),
  url: text(/^\/[\w./-]*$/, "a path: /lab, /tree, /rstudio")
    .optional()
    .describe("Where the user lands. Default /lab."),
  environment: named(text(/^[A-Z_][A-Z0-9_]*$/, "the name of an environment variable"), z.string())
    .optional()
    .describe("Environment variables of the notebook. Never a secret: this is readable in git. Default none."),
  dask: none.optional().describe("`none`: no Dask Gateway in this profile's notebooks. Default: the hub's."),
};

const profileBaseBlock = z.object(profileBase);
export type ProfileBaseConfig = z.infer<typeof profileBaseBlock>;

const localProfile = block({
  ...profileBase,
  cores: cores.describe("Cores the notebook may count on: thread pools are sized by it."),
  memory: size.describe("Memory the notebook may count on."),
  ...jobKeys,
}).refine(gpusOnce, gpusTwice);

const bucketRights = named(id, z.enum(["read", "write", "none"])).describe(
  "Rights on the site's buckets where they differ from the default (scratch and persistent: write; library: read, but none where the library is not public and the sign-in not the federation's).",
);

/** The keys of a hub that mean the same on every provider. */
export const hubBase = {
  title: title.optional().describe("Shown on the hub's pages. Default: the site's institution and the hub's name."),
  expires: expiry
    .optional()
    .describe("From this day's end (at the site) the hub cannot be brought up any more. Default never."),
  cull: cull.optional(),
  defaultProfile: id.describe("The profile that a user gets who does not choose. A key of `profiles`."),
  buckets: bucketRights.optional(),
};

const hubBaseBlock = z.object(hubBase);
export type HubBaseConfig = z.infer<typeof hubBaseBlock>;

const pamService = text(/^[A-Za-z0-9_.-]{1,64}$/, "a file's name in /etc/pam.d")
  .optional()
  .describe("The PAM service that is asked. Default login.");
const minimumUid = count(1, 2_000_000_000)
  .optional()
  .describe("Accounts with a lower user number are the system's, and refused. Default 1000.");

const localAuth = z
  .discriminatedUnion("kind", [
    block({
      kind: z
        .literal("sharedPassword")
        .describe("sharedPassword: one generated password for users, one for admins; `isthmus status` shows them."),
    }),
    block({
      kind: z
        .literal("pam")
        .describe("pam: accounts of the site's machine with their own passwords, asked of PAM. With a batch system."),
      service: pamService,
      minimumUid,
    }),
    block({
      kind: z
        .literal("federation")
        .describe(
          "federation: the issuer of `identity`; a person is the Unix account that `accounts` names, or that they proved to be theirs (`link`). With a batch system.",
        ),
      secretFile: machineFile.describe(
        "A file of the site's machine with the client's secret and nothing else, readable only to the account that the site runs as, which the install checks. One that is renewed is in use at the next sign-in.",
      ),
      clientId: z
        .string()
        .min(1)
        .optional()
        .describe(
          "A client of this hub's own at the issuer. Default: that of `identity`. Its callback is the hub's URL with hub/oauth_callback.",
        ),
      accounts: named(
        text(/^\S+@[a-z0-9.-]+$/, "<claim>@<idp>: alice@cascadia.example"),
        text(/^[a-z0-9][a-z0-9_.-]{0,31}$/, "a Unix account: lower-case letters, digits, _ . -, at most 32"),
      )
        .optional()
        .describe(
          "The Unix account of each person (`<claim>@<idp>`). Whom it does not name is refused, or asked once where `link` is written. Users of the machine may read it. Default none.",
        ),
      link: block({ service: pamService })
        .optional()
        .describe(
          "Whom `accounts` does not name proves once, by an account's password, which is asked of PAM, that the account is theirs. Default: they are refused.",
        ),
      minimumUid,
    }).refine(({ accounts, link }) => accounts !== undefined || link !== undefined, {
      error: pack({ message: "nobody has an account here", fix: "write accounts: {PERSON: ACCOUNT}, or link: {}" }),
    }),
  ])
  .describe(
    "How people sign in. Default sharedPassword on a machine, which is refused on an address that others can reach; with a batch system pam.",
  );

export const localHub = block({
  ...hubBase,
  allow: localAllow,
  dask: localDask.optional(),
  auth: localAuth.optional(),
  admins: z
    .array(userName)
    .optional()
    .describe(
      "User names (of accounts, with PAM and federation) that manage servers; with a shared password they have one of their own. Default [admin] with a shared password, else [].",
    ),
  ports: count(1024, 65_526).describe("The first of ten ports that this hub's programs use, on loopback."),
  profiles: named(id, localProfile).describe("What a user may start, by id."),
});
