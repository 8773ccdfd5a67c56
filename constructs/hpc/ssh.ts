import type { ResolvedHost, ResolvedSsh } from "../../config/resolve/hpc-login";

/** What `ssh` reads: nothing of the user's own files, so that it goes the same way for everybody. */
export interface SshFiles {
  readonly config: string;
  readonly knownHosts: string;
}

/** Names of the two hosts in both files. */
const [machine, between] = ["site", "bastion"];

/** Both files for one machine. Hosts go by these names there, so that a port or a second address changes no key. */
export function sshFiles(login: ResolvedSsh): SshFiles {
  const { bastion, keyFile } = login;
  const all = [
    "BatchMode yes",
    "StrictHostKeyChecking yes",
    "UserKnownHostsFile known_hosts",
    "GlobalKnownHostsFile /dev/null",
    "UpdateHostKeys no",
    "ConnectTimeout 20",
    "ServerAliveInterval 15",
    "ServerAliveCountMax 4",
    ...(keyFile === null ? [] : [`IdentityFile ${keyFile}`, "IdentitiesOnly yes"]),
  ];
  const hosts = [
    ...section(machine, login, bastion ? [`ProxyJump ${between}`] : []),
    ...(bastion ? section(between, bastion, bastion.hostKey === null ? anyKey : []) : []),
  ];
  const keys = [`${machine} ${login.hostKey}`, ...(bastion?.hostKey ? [`${between} ${bastion.hostKey}`] : [])];
  return {
    config: [...hosts, "Host *", ...all.map((line) => `  ${line}`), ""].join("\n"),
    knownHosts: `${keys.join("\n")}\n`,
  };
}

/** Of a host whose key is not told. What is above `Host *` counts; the level keeps ssh from telling each time that it took the key. */
const anyKey = ["StrictHostKeyChecking no", "UserKnownHostsFile /dev/null", "LogLevel ERROR"];

function section(name: string, { host, port, user }: ResolvedHost, more: readonly string[] = []): string[] {
  const lines = [`HostName ${host}`, `HostKeyAlias ${name}`, `Port ${port}`, `User ${user}`, ...more];
  return [`Host ${name}`, ...lines.map((line) => `  ${line}`)];
}

/** A program for the account's shell, whichever that is: one line without single quotes. */
function program(text: string): string {
  return `exec sh -c '${text}'`;
}

/** What a machine is asked to do with a site. Roots and commands have no character that a shell would read otherwise. */
export interface RemotePlace {
  readonly root: string;
  readonly python: string;
}

/** Unpacks a bundle from standard input beside nothing else, and has its own kit install it. */
export function remoteInstall({ root, python }: RemotePlace): string {
  // A shell that says something to nobody, since the connection was cut, must not die of it before it has cleaned up.
  const place = 'trap "" PIPE; d=$(mktemp -d) && trap "rm -rf \\"\\$d\\"" EXIT';
  // The first line is the reason: the last one only says that tar gives up.
  const why = '$(printf "%s\\n" "$e" | grep -v "Ignoring unknown" | head -n 1)';
  const room = `set -- $(df -Pk "$d" | tail -n 1); echo "isthmus: error: what was sent cannot be unpacked in $d (${why}), where $4 kB are free: if that is little or a quota is used up, free some there or set TMPDIR for the account; then run the same command again" >&2`;
  const unpacked = `e=$(tar -xf - -C "$d" 2>&1) || { ${room}; exit 1; }`;
  return program(
    `umask 022; ${place} && { ${unpacked}; } && ${python} "$d/kit/site.py" install --bundle "$d" --root ${root}`,
  );
}

/** The kit that installed uninstalls; where an install was cut off, that of any release which got there. */
export function remoteUninstall({ root, python }: RemotePlace, part: string): string {
  const kits = `${root}/current/${part}/kit/site.py ${root}/current/base/kit/site.py ${root}/releases/*/kit/site.py`;
  const uninstall = `exec ${python} "$kit" uninstall --root ${root} --id ${part}`;
  return program(
    `for kit in ${kits}; do if [ -e "$kit" ]; then ${uninstall}; fi; done; echo "isthmus: ${part} is not installed at ${root}"`,
  );
}

/** Runs the installed kit; says nothing where there is none. */
export function remoteKit({ root, python }: RemotePlace, verb: string, flags: readonly string[]): string {
  const kit = `${root}/current/base/kit/site.py`;
  return program(`if [ -e ${kit} ]; then exec ${python} ${[kit, verb, "--root", root, ...flags].join(" ")}; fi`);
}

/** Variables that the commands below read. */
export function sshVariables({ config, knownHosts }: SshFiles, remote: string): Record<string, string> {
  return { ISTHMUS_SSH_CONFIG: config, ISTHMUS_KNOWN_HOSTS: knownHosts, ISTHMUS_REMOTE: remote };
}

/** A private directory with ssh's two files, for as long as the command runs, and in it. */
const files =
  't=$(mktemp -d) && trap \'rm -rf "$t"\' EXIT && printf "%s" "$ISTHMUS_SSH_CONFIG" >"$t/config" && printf "%s" "$ISTHMUS_KNOWN_HOSTS" >"$t/known_hosts" && cd "$t"';
const ssh = `ssh -F config ${machine} "$ISTHMUS_REMOTE"`;

/** Asks a machine without telling it anything. */
export const askCommand = `${files} && ${ssh} </dev/null`;

/** Sends the bundle beside which the command runs. */
export const sendCommand = `bundle="$PWD/bundle" && ${files} && COPYFILE_DISABLE=1 tar -C "$bundle" -cf - . | ${ssh}`;
