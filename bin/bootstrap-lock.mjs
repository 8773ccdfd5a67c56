// One at a time in a clone that is being made ready, without any package: two `npm ci` at once would take each other's files away.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Does `work` with the lock file at `path` held; waits for who has it, and takes it over from a process that is gone. */
export async function locked(path, say, work) {
  mkdirSync(dirname(path), { recursive: true });
  const me = `${process.pid} ${birthOf(process.pid)}`;
  for (let said; !create(path, me); ) {
    const holder = contentOf(path);
    if (holder === undefined) continue;
    if (!isAlive(holder)) {
      takeAway(path, holder);
      continue;
    }
    if (said !== holder) say(`waiting for process ${holder.split(" ")[0]}, which makes this folder ready`);
    said = holder;
    await delay(200);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** A link appears with its content, so nobody ever reads half a lock. */
function create(path, me) {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, me);
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

function contentOf(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Moves a stale lock away; where another process was quicker, so that its fresh one was moved, that one is put back. */
function takeAway(path, stale) {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
    if (contentOf(aside) !== stale) linkSync(aside, path);
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "EEXIST") throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function isAlive(holder) {
  const [pid, birth = ""] = holder.split(" ");
  const now = birthOf(Number(pid));
  return now !== "" && now === birth;
}

/** When a process started, in clock ticks since boot; empty for one that is gone. It tells it from a later one with its number. */
function birthOf(pid) {
  const stat = contentOf(`/proc/${pid}/stat`) ?? "";
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}
