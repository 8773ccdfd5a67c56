import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, TerraformStack } from "cdktf";
import { expect, test } from "vitest";
import type { ResolvedSsh } from "../../../config/resolve/hpc-login";
import { remoteInstall, remoteKit, remoteUninstall, sshFiles } from "../../../constructs/hpc/ssh";
import { SshDelivery } from "../../../constructs/hpc/ssh-delivery";

const login: ResolvedSsh = {
  kind: "ssh",
  host: "login1.example",
  user: "pangeo",
  port: 2222,
  hostKey: "ssh-ed25519 AAAAsite",
  keyFile: "~/.ssh/id_site",
  bastion: { host: "gate.example", user: "ann", port: 22, hostKey: "ssh-ed25519 AAAAgate" },
  python: "python3.12",
};

test("ssh reads nothing but these two files, which pin both hosts", () => {
  const { config, knownHosts } = sshFiles(login);
  expect(config.split("\n").map((line) => line.trim())).toEqual([
    ...["Host site", "HostName login1.example", "HostKeyAlias site", "Port 2222", "User pangeo", "ProxyJump bastion"],
    ...["Host bastion", "HostName gate.example", "HostKeyAlias bastion", "Port 22", "User ann"],
    ...["Host *", "BatchMode yes", "StrictHostKeyChecking yes", "UserKnownHostsFile known_hosts"],
    ...["GlobalKnownHostsFile /dev/null", "UpdateHostKeys no", "ConnectTimeout 20", "ServerAliveInterval 15"],
    ...["ServerAliveCountMax 4", "IdentityFile ~/.ssh/id_site", "IdentitiesOnly yes", ""],
  ]);
  expect(knownHosts).toBe("site ssh-ed25519 AAAAsite\nbastion ssh-ed25519 AAAAgate\n");
  const plain = sshFiles({ ...login, bastion: null, keyFile: null });
  expect(`${plain.config}${plain.knownHosts}`).not.toMatch(/bastion|Identit/);
});

test("of a bastion whose key is not told any is taken, of the machine none but its own", () => {
  const bastion = { host: "gate.example", user: "ann", port: 22, hostKey: null };
  const { config, knownHosts } = sshFiles({ ...login, bastion });
  const [, site = "", between = "", all = ""] = config.split(/^Host .*$/m);
  expect(between).toContain("StrictHostKeyChecking no");
  expect(site).not.toContain("StrictHostKeyChecking");
  expect(all).toContain("StrictHostKeyChecking yes");
  expect(knownHosts).toBe("site ssh-ed25519 AAAAsite\n");
});

interface Data {
  readonly triggers_replace: Record<string, string>;
  readonly input: Record<string, string>;
}

function records(change: Partial<ResolvedSsh> = {}): Record<string, Data> {
  const stack = new TerraformStack(new App(), "rhine-base");
  const props = { part: "base", root: "site", digest: "1", expires: null };
  new SshDelivery(stack, "delivery", { ...props, login: { ...login, ...change } });
  return (stack.toTerraform() as { resource: { terraform_data: Record<string, Data> } }).resource.terraform_data;
}

test("another host or account is another place; a key, a port or a way through is not", () => {
  const { site, bundle } = records();
  expect(site?.triggers_replace).toEqual({ host: "login1.example", user: "pangeo", directory: "site" });
  expect(bundle?.triggers_replace).toEqual({ digest: "1", ...site?.triggers_replace });
  expect(records({ user: "other" }).site?.triggers_replace).not.toEqual(site?.triggers_replace);
  const reached = records({
    port: 22,
    bastion: null,
    keyFile: null,
    hostKey: "ssh-ed25519 AAAAnew",
    python: "python3",
  });
  expect(reached.site?.triggers_replace).toEqual(site?.triggers_replace);
  expect(reached.bundle).toEqual(bundle && { ...bundle, provisioner: expect.anything() as unknown });
});

test("nothing that the engine would evaluate but what a destroy refers to", () => {
  const expressions = JSON.stringify(records()).match(/[$%]\{[^}]*\}/g);
  expect(expressions).toEqual(["config", "knownHosts", "uninstall"].map((name) => `\${self.input.${name}}`));
});

/** A home directory where `python3` is a program that says what it was asked. */
function atHome(work: (home: string, run: (program: string, input?: Buffer, tmp?: string) => string) => void): void {
  const home = mkdtempSync(join(tmpdir(), "isthmus-remote-"));
  writeFileSync(join(home, "py"), '#!/bin/sh\n[ -e "$1" ] && echo "$@"\n', { mode: 0o755 });
  const run = (program: string, input?: Buffer, tmp = tmpdir()) => {
    const env = { ...process.env, TMPDIR: tmp };
    return execFileSync("/bin/sh", ["-c", program], { cwd: home, input, env, encoding: "utf8" }).trim();
  };
  try {
    work(home, run);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const place = { root: "site", python: "./py" };

test("an install unpacks a bundle beside nothing else and leaves no copy", () =>
  atHome((home, run) => {
    mkdirSync(join(home, "bundle/kit"), { recursive: true });
    writeFileSync(join(home, "bundle/kit/site.py"), "");
    const archive = execFileSync("tar", ["-C", join(home, "bundle"), "-cf", "-", "."]);
    const [, directory] =
      /^(.*)\/kit\/site.py install --bundle \1 --root site$/.exec(run(remoteInstall(place), archive)) ?? [];
    expect(directory).toMatch(/^\//);
    expect(() => readFileSync(join(directory ?? "", "kit/site.py"))).toThrow("ENOENT");
  }));

test("where the account's TMPDIR has a blank or a quote, nothing but what was unpacked is removed", () =>
  atHome((home, run) => {
    mkdirSync(join(home, "bundle/kit"), { recursive: true });
    writeFileSync(join(home, "bundle/kit/site.py"), "");
    const archive = execFileSync("tar", ["-C", join(home, "bundle"), "-cf", "-", "."]);
    mkdirSync(join(home, "tmp"));
    writeFileSync(join(home, "tmp/kept"), "");
    for (const name of ["tmp files", 'tmp"`$HOME']) {
      mkdirSync(join(home, name));
      expect(run(remoteInstall(place), archive, join(home, name))).toContain(`--bundle ${join(home, name)}/`);
      expect(readdirSync(join(home, name))).toEqual([]);
    }
    expect(readdirSync(join(home, "tmp"))).toEqual(["kept"]);
  }));

test("an archive that was cut off is not installed, and what tar says of it is told", () =>
  atHome((home, run) => {
    expect(() => run(remoteInstall(place), Buffer.alloc(700, 1))).toThrow(
      /isthmus: error: what was sent cannot be unpacked in \/\S+ \(\S*tar: .*not look like.*\), where \d+ kB are free: if that is little or/,
    );
    const tar = `#!/bin/sh
cat >&2 <<'END'
tar: Ignoring unknown extended header keyword 'LIBARCHIVE.creationtime'
tar: ./a: Cannot write: Disk quota exceeded
tar: Exiting with failure status due to previous errors
END
exit 2
`;
    writeFileSync(join(home, "tar"), tar, { mode: 0o755 });
    expect(() => run(`PATH=${home}:$PATH; ${remoteInstall(place)}`)).toThrow(
      /unpacked in \/\S+ \(tar: \.\/a: Cannot write: Disk quota exceeded\), where/,
    );
  }));

test("the installed kit is asked and uninstalls; of a half install, any that is there; else it is said", () =>
  atHome((home, run) => {
    expect(run(remoteKit(place, "status", ["--json"]))).toBe("");
    expect(run(remoteUninstall(place, "prod"))).toBe("isthmus: prod is not installed at site");
    mkdirSync(join(home, "site/releases/base-1/kit"), { recursive: true });
    writeFileSync(join(home, "site/releases/base-1/kit/site.py"), "");
    expect(run(remoteUninstall(place, "prod"))).toBe(
      "site/releases/base-1/kit/site.py uninstall --root site --id prod",
    );
    mkdirSync(join(home, "site/current"));
    symlinkSync("../releases/base-1", join(home, "site/current/base"));
    expect(run(remoteKit(place, "status", ["--json"]))).toBe("site/current/base/kit/site.py status --root site --json");
    expect(run(remoteUninstall(place, "base"))).toBe("site/current/base/kit/site.py uninstall --root site --id base");
  }));
