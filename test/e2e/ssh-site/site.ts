import { mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { Sshd } from "./sshd";

/** What `isthmus status --json` tells of it. */
export interface Told {
  readonly state: string;
  readonly root: string | null;
  readonly problem: string | null;
  readonly hubs: { readonly prod: { readonly standing: string; readonly url: string } };
  readonly programs: readonly { readonly name: string; readonly pid: number }[];
}

/** Parts of the site's file that a test says for itself. */
export interface SshSiteParts {
  readonly sshd: Sshd;
  readonly root: string;
  readonly ports: { readonly front: number; readonly hubs: readonly number[] };
  readonly hostKey?: string;
  /** With its key in the config, or any that it shows. */
  readonly bastion?: "pinned" | "any";
  readonly title?: string;
}

/** Writes a federation of one site with one hub, on another machine that is this one. */
export function configureSshSite(folder: string, parts: SshSiteParts): void {
  const { sshd, root, ports, hostKey = sshd.hostKey, bastion, title = "Hub" } = parts;
  const way = { host: "127.0.0.1", user: userInfo().username, port: sshd.port, hostKey };
  const { hostKey: _, ...any } = way;
  const ways = { pinned: { bastion: { ...way, hostKey: sshd.hostKey } }, any: { bastion: any } };
  const through = bastion ? ways[bastion] : {};
  const site = {
    site: "rhine",
    institution: "Rhine",
    provider: "hpc",
    login: { kind: "ssh", ...way, keyFile: sshd.keyFile, ...through },
    scheduler: { kind: "local" },
    listen: { port: ports.front },
    storage: { root },
    lake: { buckets: { library: { purpose: "library" } } },
    hubs: {
      prod: {
        title,
        ports: ports.hubs[0],
        auth: { kind: "sharedPassword" },
        allow: "everyone",
        defaultProfile: "small",
        profiles: { small: { title: "Small", cores: 1, memory: "1Gi" } },
      },
    },
  };
  mkdirSync(join(folder, "sites"), { recursive: true });
  const top = "format: 1\nfederation: far\ntitle: Far\ncontact: https://example.org\nsites: [sites/*.yaml]\n";
  writeFileSync(join(folder, "federation.yaml"), top);
  writeFileSync(join(folder, "sites/rhine.yaml"), JSON.stringify(site));
}
