import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const place = "/opt/pbs/bin";

/** Directory of the commands of a PBS whose server answers and has a node that takes jobs of this machine's users, or why there is none. */
export function findPbs(): { readonly bin: string } | { readonly missing: string } {
  if (!existsSync(`${place}/qsub`)) return { missing: `no PBS in ${place}: no package of it is to be had` };
  if (process.getuid?.() !== 0) return { missing: "jobs of several users need root" };
  const { status, stderr } = spawnSync(`${place}/qstat`, ["-B"], { encoding: "utf8" });
  if (status !== 0) return { missing: `the PBS of this machine does not answer: ${stderr.trim()}` };
  const nodes = spawnSync(`${place}/pbsnodes`, ["-a"], { encoding: "utf8" }).stdout;
  if (!/^\s+state = free$/m.test(nodes)) return { missing: "no node of this machine's PBS is free" };
  return { bin: place };
}

/** Attributes of the jobs that wait or run, by job: `Job_Name`, `job_state`, ... */
export function jobs(bin: string): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const { stdout } = spawnSync(`${bin}/qstat`, ["-f"], { encoding: "utf8" });
  const parts = stdout
    .replaceAll("\n\t", "")
    .split(/^Job Id: /m)
    .slice(1);
  return Object.fromEntries(
    parts.map((part) => {
      const [id = "", ...lines] = part.split("\n");
      return [
        id.trim(),
        Object.fromEntries(
          lines.map((line) =>
            line
              .trim()
              .split(/ = (.*)/s)
              .slice(0, 2),
          ),
        ),
      ];
    }),
  );
}
