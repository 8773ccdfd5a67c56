import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** Where the programs that keep accounts are, and the ports that they have. */
export interface AccountingPlace {
  /** The bed's. */
  readonly folder: string;
  readonly plugins: string;
  readonly database: number;
  readonly daemon: number;
}

/** Writes what `slurmdbd` and `sacctmgr` read; the path of the latter. Slurm's controller knows nothing of them. */
export function writeAccountingFiles({ folder, plugins, database, daemon }: AccountingPlace): string {
  for (const name of ["database/mysql", "accounting"]) mkdirSync(join(folder, name), { recursive: true });
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
    ...["StorageType=accounting_storage/mysql", "StorageHost=127.0.0.1", `StoragePort=${database}`],
    ...["StorageUser=root", "StorageLoc=slurm"],
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

/** The database of `slurmdbd`: empty, open to this machine, gone with the test. */
export function databaseCommand(place: AccountingPlace): readonly string[] {
  const files = [`--socket=${place.folder}/accounting/socket`, `--pid-file=${place.folder}/accounting/mariadbd.pid`];
  return [...server(place), "--skip-grant-tables", "--bind-address=127.0.0.1", `--port=${place.database}`, ...files];
}

/** What makes its own tables, and the statements that it reads: without them it keeps no procedures, which slurmdbd calls. */
export function databaseSetUp(place: AccountingPlace): { command: readonly string[]; input: string } {
  const scripts = ["mysql_system_tables.sql", "mysql_system_tables_data.sql"];
  const text = scripts.map((name) => readFileSync(join(place.folder, "slurm/usr/share/mysql", name), "utf8"));
  return { command: [...server(place), "--bootstrap"], input: ["USE mysql;", ...text].join("\n") };
}

function server({ folder }: AccountingPlace): string[] {
  const root = join(folder, "slurm/usr");
  return [
    ...["usr/sbin/mariadbd", "--no-defaults", "--user=root", `--datadir=${folder}/database`, `--basedir=${root}`],
    ...[`--lc-messages-dir=${root}/share/mysql`, "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=8M"],
  ];
}
