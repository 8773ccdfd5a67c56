import { debianPackages, has, unpackDebian } from "../debian";

/** What a controller, a node and their users need. */
function packages(): string {
  const wanted = ["slurmctld", "slurmd", "slurm-client", "munge"];
  return debianPackages("slurm", wanted, ["slurm-wlm-basic-plugins", "libmunge2"]);
}

/** What keeps accounts. */
function accounting(): string {
  return debianPackages("slurm-accounting", ["slurmdbd", "mariadb-server-core"]);
}

/** Why no Slurm can be started here; undefined where one can. */
export function whyNoSlurm(): string | undefined {
  if (process.getuid?.() !== 0) return "jobs of several users need root";
  if (!has("apt-get")) return "no apt-get, which gets Slurm and munge";
  if (!has("useradd")) return "no useradd, which makes the users";
  try {
    packages();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Why it cannot keep accounts here; undefined where it can, if there can be a Slurm. */
export function whyNoAccounts(): string | undefined {
  try {
    accounting();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Unpacks Slurm and munge into a folder, as they would lie under `/`. */
export function unpack(into: string): void {
  unpackDebian(packages(), into);
}

/** The same with what keeps accounts. */
export function unpackAccounting(into: string): void {
  unpackDebian(accounting(), into);
}
