"""How a notebook's job stands, out of what its batch system tells, in words for its user."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from pbs_job import OVER, RUNNING, WAITING, jobs_in

SLURM_QUERY = "squeue -h -t all -j {job_id} -o '%T|%B|%r'"
SLURM_WAITING = ("PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "RESV_DEL_HOLD", "SPECIAL_EXIT")
# All else is alive: a suspended job goes on later, with all that it holds, and a newer Slurm has words of its own.
SLURM_ENDED = (
    *("COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "NODE_FAIL", "PREEMPTED"),
    *("BOOT_FAIL", "DEADLINE", "OUT_OF_MEMORY", "REVOKED"),
)
# What squeue shows for the host of a job that has none.
NO_HOST = ("", "n/a", "(null)", "None")
SLURM_LINE = re.compile(r"^([A-Z_]+)\|([^|]*)\|(.*)$", re.MULTILINE)
# Of a job that is forgotten, and to who would cancel one that is over.
SLURM_OVER = ("Invalid job id", "already completing or completed")
# Slurm's commonest words for why a job waits; the others are told as they are.
MEANING = {
    "None": "Slurm has not looked at it yet",
    "Resources": "no node has room for it now",
    "Priority": "others are before it",
    "ReqNodeNotAvail": "nodes that it needs are down, drained or reserved",
    "PartitionDown": "its partition takes no jobs now",
    "PartitionInactive": "its partition takes no jobs now",
    "Reservation": "its reservation has not begun",
    "JobHeldUser": "it is held",
    "JobHeldAdmin": "it is held by the centre",
}


@dataclass(frozen=True)
class Standing:
    """How a job stands: `said` is why it waits, what state it ended in, or what was said in place of an answer."""

    kind: Literal["waits", "runs", "over", "unknown"]
    host: str = ""
    said: str = ""


def slurm_standing(told: str) -> Standing:
    """Out of the answer to SLURM_QUERY, or of what it said where it failed.

    A controller or a munge that does not answer has not ended the job: only what says so has.
    """
    if line := SLURM_LINE.search(told):
        state, host, why = line.groups()
        if state in SLURM_ENDED:
            return Standing("over", host, state)
        if state in SLURM_WAITING:
            return Standing("waits", said=slurm_reason(why))
        return Standing("waits", said=state) if host in NO_HOST else Standing("runs", host)
    if not told.strip() or any(words in told for words in SLURM_OVER):
        return Standing("over")
    return Standing("unknown", said=last_line(told))


def slurm_alive(told: str) -> dict[str, bool]:
    """Which jobs wait or run, out of lines of an id and a state in its long form (`%i %T`)."""
    pairs = (line.split() for line in told.splitlines())
    return {pair[0]: pair[1] not in SLURM_ENDED for pair in pairs if len(pair) == 2}


def slurm_reason(why: str) -> str:
    """Slurm's word with its meaning where that is known."""
    word = re.split(r"[^\w]", why.strip("()"))[0]
    meaning = MEANING.get(word)
    return f"{meaning} ({why})" if meaning else why


def pbs_standing(told: str) -> Standing:
    """Out of the answer of `qstat -f`, or of what it said where it failed."""
    for _, attributes in jobs_in(told):
        state = attributes.get("job_state", "")
        if state and state in WAITING:
            return Standing("waits", said=attributes.get("comment", "PBS has not looked at it yet"))
        if state and state in RUNNING:
            return Standing("runs", attributes.get("exec_host", "").partition("/")[0])
        return Standing("over", said=attributes.get("comment", ""))
    if not told.strip() or any(words in told for words in OVER):
        return Standing("over")
    return Standing("unknown", said=last_line(told))


def last_line(text: str) -> str:
    """The last line that says anything."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")


def sentence(standing: Standing, system: str, job: str) -> str:
    """What the user is told while the server starts."""
    match standing.kind:
        case "waits":
            return f"Your job {job} waits in {system}'s queue: {standing.said}"
        case "runs":
            return f"Your job {job} runs on {standing.host}; its server starts"
        case "unknown":
            return f"{system} does not answer about your job {job}; it is asked again: {standing.said}"
    return f"Your job {job} has ended"
