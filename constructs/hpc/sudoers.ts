import type { ResolvedSudo } from "../../config/resolve/batch";
import type { JobUsers } from "../../config/resolve/job-users";

/** Sudo rules of a site: what the centre's administrators read, check and install. */
export interface SudoRules extends ResolvedSudo, JobUsers {
  readonly federation: string;
  readonly site: string;
}

/** What the kit looks for: whom the account may run which commands as, and what root runs where it may not. */
export interface SudoManifest extends JobUsers {
  readonly user: string;
  readonly commands: readonly string[];
  readonly file: string;
}

/** What the kit of a bundle looks for. */
export function sudoManifest(rules: SudoRules): SudoManifest {
  const { user, users, groups, services, file } = rules;
  return { user, commands: commandsOf(rules), users, groups, services, file };
}

/** What a service account runs as its users, and nothing else: to submit, to ask, to cancel. */
const sudoCommands = { slurm: ["sbatch", "squeue", "scancel"], pbs: ["qsub", "qstat", "qdel"] } as const;

function commandsOf({ kind, commands }: ResolvedSudo): string[] {
  return sudoCommands[kind].map((name) => `${commands}/${name}`);
}

/** What root of the machine runs, to check and install the rules that lie in the site's directory there. */
export function sudoersCommand(root: string, { file }: ResolvedSudo): string {
  return `visudo -cf ${root}/sudoers && install -o root -g root -m 0440 ${root}/sudoers ${file}`;
}

/** The text of the rules. Groups and users that do not exist there harm nothing; root comes last, and the last word counts. */
export function sudoersText(rules: SudoRules): string {
  const { federation, site, kind, user, users, groups, file } = rules;
  const alias = `ISTHMUS_${federation}_${site}`.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
  const people = [...groups.map((name) => `%${escaped(name)}`), ...users.map(escaped), "!root", "!#0"];
  const system = kind === "slurm" ? "Slurm" : "PBS";
  return `# Isthmus, site ${federation}/${site}: the account ${user} submits, lists and cancels jobs of ${system} as the people of
# the site's hubs, and nothing else, and never as root. Their variables travel in the job's script, and none is kept
# here: one that names a configuration could have ${system}'s commands load anything as these people.
# Belongs at ${file}, owned by root, mode 0440.
Cmnd_Alias ${alias} = ${commandsOf(rules).join(", ")}
Defaults!${alias} env_reset, !env_keep, !requiretty
${escaped(user)} ALL = (${people.join(", ")}) NOPASSWD: NOSETENV: ${alias}
`;
}

/** A name as sudoers has it: what means something else there behind a backslash. */
function escaped(name: string): string {
  return name.replaceAll(/[@!=:,()\\#%+\s"]/g, (character) => `\\${character}`);
}
