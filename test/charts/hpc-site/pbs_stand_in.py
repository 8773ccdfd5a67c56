"""A stand-in for OpenPBS, not it: qsub, qstat and qdel of one machine, for tests where no package of PBS is to be had.

It is called by these names, keeps its jobs in the directory that PBS_CONF_FILE names, and takes nothing but what the
manual pages of OpenPBS document for the options that it knows: whatever else is refused.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

PLACE = Path(os.environ["PBS_CONF_FILE"])
QUEUES = ("short", "batch")
RESOURCE = re.compile(r"[A-Za-z][A-Za-z0-9_]*=[A-Za-z0-9_.,@/-]+")
FORMS = {
    "A": r"\S+",
    "j": "oe|eo|n",
    "m": "n|[abe]+",
    "N": r"[A-Za-z0-9][!-~]{0,235}",
    "o": r"/\S*",
    "p": r"-?\d{1,4}",
    "P": r'[^/\[\]";:|<>+,?*\s]+',
    "q": r"[\w.-]+",
    "r": "y|n",
    "S": r"/\S+",
    "W": r"(?:umask|depend|group_list)=\S+",
}


def refuse(reason: str, code: int = 1) -> NoReturn:
    """Ends with a reason, as the commands do."""
    print(f"{Path(sys.argv[0]).name}: {reason}", file=sys.stderr)
    raise SystemExit(code)


def resources(value: str, told: dict[str, str]) -> None:
    """One `-l`: a chunk, a place, or resources of the whole job."""
    if value.startswith("select="):
        count, _, chunk = value.removeprefix("select=").partition(":")
        if not count.isdigit() or not all(RESOURCE.fullmatch(part) for part in chunk.split(":")):
            refuse(f"Illegal attribute or resource value Resource_List.select: {value}")
        told["Resource_List.select"] = value.removeprefix("select=")
    elif value.startswith("place="):
        if not re.fullmatch(r"(?:free|pack|scatter|vscatter|excl|shared|exclhost|group=\w+)(?::.+)?", value[6:]):
            refuse(f"Illegal attribute or resource value Resource_List.place: {value}")
        told["Resource_List.place"] = value[6:]
    else:
        for pair in value.split(","):
            name, _, amount = pair.partition("=")
            if not RESOURCE.fullmatch(pair) and not (name == "walltime" and re.fullmatch(r"\d+:\d\d:\d\d", amount)):
                refuse(f"Unknown resource Resource_List.{pair}")
            told[f"Resource_List.{name}"] = amount


def directives(script: str) -> dict[str, str]:
    """What the `#PBS` lines say, up to the first command."""
    told: dict[str, str] = {}
    for line in script.splitlines():
        if line and not line.startswith("#"):
            break
        if not line.startswith("#PBS"):
            continue
        match = re.fullmatch(r"#PBS -([A-Za-z]) (\S+)", line)
        if not match:
            refuse(f"directive error: {line.removeprefix('#PBS ')}", 2)
        letter, value = match.groups()
        if letter == "l":
            resources(value, told)
        elif letter not in FORMS or not re.fullmatch(FORMS[letter], value):
            refuse(f"directive error: -{letter} {value}", 2)
        else:
            told[letter] = value
    return told


def read(job: Path) -> dict[str, Any]:
    """A job as it is now: it is over when its process is."""
    told: dict[str, Any] = json.loads(job.read_text())
    try:
        os.kill(told["pid"], 0)
        stat = Path(f"/proc/{told['pid']}/stat").read_text().rpartition(")")[2].split()[0]
        told["job_state"] = "F" if stat == "Z" else "R"
    except (ProcessLookupError, FileNotFoundError):
        told["job_state"] = "F"
    return told


def qsub(arguments: list[str]) -> None:
    """Reads a script and runs it as a job of whoever calls."""
    if arguments not in ([], ["-f"]):
        refuse(f"usage: qsub [-f]: {' '.join(arguments)}", 2)
    script = sys.stdin.read()
    told = directives(script)
    if told.get("q", QUEUES[0]) not in QUEUES:
        refuse("Unknown queue", 170)
    number = len(list(PLACE.glob("*.json"))) + 1
    me = pwd.getpwuid(os.geteuid())
    own = {
        "HOME": me.pw_dir,
        "LOGNAME": me.pw_name,
        "USER": me.pw_name,
        "PATH": os.defpath,
        "PBS_JOBID": f"{number}.pbs",
    }
    source = PLACE / f"{number}.sh"
    source.write_text(script)
    child = subprocess.Popen(
        [told.get("S", "/bin/sh"), str(source)], env=own, cwd=PLACE, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    kept = {"pid": child.pid, "Job_Name": told["N"], "Job_Owner": f"{me.pw_name}@login1.example", "told": told}
    (PLACE / f"{number}.json").write_text(json.dumps(kept))
    print(f"{number}.pbs")


def shown(number: str, told: dict[str, Any]) -> str:
    """A job in the long format, whose lines end at the 79th character and go on after a tab."""
    lines = [f"    {name} = {told[name]}" for name in ("Job_Name", "Job_Owner", "job_state")]
    if told["job_state"] == "R":
        lines.append("    exec_host = localhost/0*2")
    lines += [f"    {name} = {value}" for name, value in told["told"].items() if len(name) > 1]
    folded = ["\n\t".join(line[at : at + 79] for at in range(0, len(line), 79)) for line in lines]
    return "\n".join([f"Job Id: {number}.pbs", *folded, "", ""])


def qstat(arguments: list[str]) -> None:
    """Tells of jobs in the long format."""
    if arguments[:1] != ["-f"]:
        refuse(f"usage: qstat -f [id ...]: {' '.join(arguments)}", 2)
    code = 0
    for name in arguments[1:] or [f"{path.stem}.pbs" for path in sorted(PLACE.glob("*.json"))]:
        path = PLACE / f"{name.removesuffix('.pbs')}.json"
        told = read(path) if path.exists() else None
        if told and told["job_state"] != "F":
            print(shown(path.stem, told), end="")
        elif told and len(arguments) > 1:
            code = 35
            print(f"qstat: {name} Job has finished, use -x or -H to obtain historical job information", file=sys.stderr)
        elif not told:
            code = 153
            print(f"qstat: Unknown Job Id {name}", file=sys.stderr)
    raise SystemExit(code)


def qdel(names: list[str]) -> None:
    """Ends jobs of whoever calls."""
    code = 0
    for name in names:
        path = PLACE / f"{name.removesuffix('.pbs')}.json"
        told = read(path) if path.exists() else None
        if not told or told["job_state"] == "F":
            code = 35
            print(f"qdel: {'Job has finished' if told else 'Unknown Job Id'} {name}", file=sys.stderr)
        elif told["Job_Owner"].partition("@")[0] != pwd.getpwuid(os.geteuid()).pw_name:
            code = 159
            print(f"qdel: Unauthorized Request {name}", file=sys.stderr)
        else:
            os.killpg(told["pid"], signal.SIGKILL)
    raise SystemExit(code)


if __name__ == "__main__":
    {"qsub": qsub, "qstat": qstat, "qdel": qdel}[Path(sys.argv[0]).name](sys.argv[1:])
