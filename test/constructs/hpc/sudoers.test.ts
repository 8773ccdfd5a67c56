import { expect, test } from "vitest";
import { jobUsers } from "../../../config/resolve/job-users";
import { sudoersCommand, sudoersText, sudoManifest } from "../../../constructs/hpc/sudoers";

const rules = {
  federation: "pangeo",
  site: "rhine",
  user: "pangeo",
  commands: "/opt/slurm/bin",
  file: "/etc/sudoers.d/isthmus-pangeo-rhine",
  users: ["ann", "bo@rhine.example"],
  groups: ["climate"],
  services: ["login"],
};

test("one account, three commands, the people of the hubs, never root, and no variable but where Slurm is", () => {
  const lines = sudoersText(rules)
    .split("\n")
    .filter((line) => !line.startsWith("#"));
  expect(lines).toEqual([
    "Cmnd_Alias ISTHMUS_PANGEO_RHINE = /opt/slurm/bin/sbatch, /opt/slurm/bin/squeue, /opt/slurm/bin/scancel",
    'Defaults!ISTHMUS_PANGEO_RHINE env_reset, env_keep = "SLURM_CONF", !requiretty',
    "pangeo ALL = (%climate, ann, bo\\@rhine.example, !root, !#0) NOPASSWD: NOSETENV: ISTHMUS_PANGEO_RHINE",
    "",
  ]);
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
