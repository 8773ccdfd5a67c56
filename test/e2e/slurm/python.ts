import { spawnSync } from "node:child_process";
import { realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** A Python that sites run on and that every user may run: its folders are open, as a home of root is not. */
export function systemPython(): string | undefined {
  const probe = "import sys; print(sys._base_executable); sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))";
  return ["/usr/bin/python3", "/usr/local/bin/python3", process.env.ISTHMUS_PYTHON ?? "python3"].find((name) => {
    const { status, stdout } = spawnSync(name, ["-c", probe], { encoding: "utf8" });
    return status === 0 && isOpen(realpathSync(stdout.trim()));
  });
}

function isOpen(path: string): boolean {
  if (path === "/") return true;
  return (statSync(path).mode & 0o001) !== 0 && isOpen(dirname(path));
}
