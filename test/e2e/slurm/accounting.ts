import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** Where the programs that keep accounts are, and the port that they have. */
export interface AccountingPlace {
  /** The bed's. */
  readonly folder: string;
  readonly plugins: string;
  readonly daemon: number;
}

/** Writes what `slurmdbd` and `sacctmgr` read; the path of the latter. Slurm's controller knows nothing of them. */
export function writeAccountingFiles({ folder, plugins, daemon }: AccountingPlace): string {
  mkdirSync(join(folder, "accounting"));
  const database = join(folder, "database");
  mkdirSync(join(database, "mysql"), { recursive: true, mode: 0o700 });
  execFileSync("chown", ["-R", databaseUser, database]);
  const both = [
    "AuthType=auth/munge",
    `AuthInfo=socket=${folder}/munge/socket`,
    `PluginDir=${plugins}`,
    "SlurmUser=root",
  ];
  const server = [
    ...both,
    ...[`DbdHost=${hostname()}`, "DbdAddr=127.0.0.1", `DbdPort=${daemon}`],
    ...[`PidFile=${folder}/accounting/slurmdbd.pid`, `LogFile=${folder}/log/slurmdbd.log`],
    ...["StorageType=accounting_storage/mysql", "StorageHost=localhost", "StorageUser=root", "StorageLoc=slurm"],
  ];
  writeFileSync(join(folder, "slurmdbd.conf"), `${server.join("\n")}\n`, { mode: 0o600 });
  const asking = [
    ...both,
    ...["ClusterName=isthmus", `SlurmctldHost=${hostname()}(127.0.0.1)`],
    ...["AccountingStorageType=accounting_storage/slurmdbd", "AccountingStorageHost=127.0.0.1"],
    ...[`AccountingStoragePort=${daemon}`, `AccountingStoragePass=${folder}/munge/socket`],
    ...[`NodeName=${hostname()}`, "PartitionName=all Nodes=ALL"],
  ];
  const path = join(folder, "accounting/slurm.conf");
  writeFileSync(path, `${asking.join("\n")}\n`);
  return path;
}

/** It has no rights on the machine but to its own files. */
const databaseUser = "nobody";

/** The database of `slurmdbd`: empty, and gone with the test. It asks nobody for a password, so only root and itself get to its socket. */
export function databaseCommand(place: AccountingPlace): readonly string[] {
  const files = [`--socket=${databaseSocket(place)}`, `--pid-file=${place.folder}/database/mariadbd.pid`];
  return [...server(place), "--skip-grant-tables", "--skip-networking", ...files];
}

/** In a folder that is closed to others. */
export function databaseSocket({ folder }: Pick<AccountingPlace, "folder">): string {
  return join(folder, "database/socket");
}

/** What makes its own tables, and the statements that it reads: without them it keeps no procedures, which slurmdbd calls. */
export function databaseSetUp(place: AccountingPlace): { command: readonly string[]; input: string } {
  const { share, name } = shared(place);
  const text = ["", "_data"].map((part) => readFileSync(join(share, `${name}${part}.sql`), "utf8"));
  return { command: [...server(place), "--bootstrap"], input: ["USE mysql;", ...text].join("\n") };
}

/** Its statements and messages, which newer releases call by their own name. */
function shared({ folder }: AccountingPlace): { share: string; name: string } {
  for (const place of ["mysql", "mariadb"])
    for (const name of ["mysql_system_tables", "mariadb_system_tables"]) {
      const share = join(folder, "slurm/usr/share", place);
      if (existsSync(join(share, `${name}.sql`))) return { share, name };
    }
  throw new Error("MariaDB's package has no statements that make its tables");
}

function server(place: AccountingPlace): string[] {
  const { folder } = place;
  const places = [
    `--datadir=${folder}/database`,
    `--basedir=${folder}/slurm/usr`,
    `--secure-file-priv=${folder}/database`,
  ];
  return [
    ...["usr/sbin/mariadbd", "--no-defaults", `--user=${databaseUser}`, ...places],
    ...[`--lc-messages-dir=${shared(place).share}`, "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=8M"],
  ];
}
