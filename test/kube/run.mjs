// Runs the tests of the test bed. Pods with addresses that answer need root, or a network namespace of one's own: where
// only the latter is possible, the programs are built first, since there is no other network inside.
import { spawnSync } from "node:child_process";

const vitest = ["npx", "vitest", "run", "--project", "kube", ...process.argv.slice(2)];
const run = (command) => spawnSync(command[0], command.slice(1), { stdio: "inherit" }).status ?? 1;
const can = (command) => spawnSync("sh", ["-c", command], { stdio: "ignore" }).status === 0;

const probe = "ip route add local 198.19.255.252/32 dev lo && ip route del local 198.19.255.252/32 dev lo";
const inside = `unshare -rn sh -c 'ip link set lo up && ${probe}'`;
if (can(probe) || !can(inside)) process.exit(run(vitest));
const built = run(["npx", "vitest", "run", "--project", "kube", "test/kube/tools.test.ts"]);
if (built !== 0) process.exit(built);
process.exit(run(["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", ...vitest]));
