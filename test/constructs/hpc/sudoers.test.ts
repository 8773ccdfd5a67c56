import { expect, test } from "vitest";
import { jobUsers } from "../../../config/resolve/job-users";
import { sudoersCommand, sudoersText, sudoManifest } from "../../../constructs/hpc/sudoers";

const rules = {
  federation: "pangeo",
  site: "rhine",
  kind: "slurm" as const,
  user: "pangeo",
  commands: "/opt/slurm/bin",
  file: "/etc/sudoers.d/isthmus-pangeo-rhine",
  users: ["ann", "bo@rhine.example"],
  groups: ["climate"],
  services: ["login"],
};

test("one account, three commands, the people of the hubs, never root, and no variable at all", () => {
  const lines = sudoersText(rules)
    .split("\n")
    .filter((line) => !line.startsWith("#"));
  expect(lines).toEqual([
    "Cmnd_Alias ISTHMUS_PANGEO_RHINE = /opt/slurm/bin/sbatch, /opt/slurm/bin/squeue, /opt/slurm/bin/scancel",
    "Defaults!ISTHMUS_PANGEO_RHINE env_reset, !env_keep, !requiretty",
    "pangeo ALL = (%climate, ann, bo\\@rhine.example, !root, !#0) NOPASSWD: NOSETENV: ISTHMUS_PANGEO_RHINE",
    "",
  ]);
});

test("on PBS its commands, where they are", () => {
  const pbs = { ...rules, kind: "pbs" as const, commands: "/opt/pbs/bin" };
  expect(sudoersText(pbs)).toContain(
    "ISTHMUS_PANGEO_RHINE = /opt/pbs/bin/qsub, /opt/pbs/bin/qstat, /opt/pbs/bin/qdel\n",
  );
  expect(sudoersText(pbs)).toContain("submits, lists and cancels jobs of PBS as the people");
  expect(sudoManifest(pbs).commands).toEqual(["/opt/pbs/bin/qsub", "/opt/pbs/bin/qstat", "/opt/pbs/bin/qdel"]);
});

test("the kit looks for what the rules say, and root is told where they belong", () => {
  expect(sudoManifest(rules)).toEqual({
    user: "pangeo",
    commands: ["/opt/slurm/bin/sbatch", "/opt/slurm/bin/squeue", "/opt/slurm/bin/scancel"],
    users: ["ann", "bo@rhine.example"],
    groups: ["climate"],
    services: ["login"],
    file: rules.file,
  });
  expect(sudoersCommand("/p", rules)).toBe(
    `visudo -cf /p/sudoers && install -o root -g root -m 0440 /p/sudoers ${rules.file}`,
  );
});

test("the people of all hubs, each once", () => {
  const hubs = [
    { allow: { users: ["bo"], unixGroups: ["ice"] }, admins: ["ann"], auth: { kind: "pam", service: "sshd" } },
    { allow: { users: ["ann"] }, admins: [], auth: { kind: "pam", service: "login" } },
    { allow: { everyone: true as const }, admins: [], auth: { kind: "sharedPassword" } },
  ];
  expect(jobUsers(hubs)).toEqual({ users: ["ann", "bo"], groups: ["ice"], services: ["login", "sshd"] });
});
