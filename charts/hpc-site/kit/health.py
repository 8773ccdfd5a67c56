"""Whether programs do their work: their supervisor's word and an answer over HTTP."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import SplitResult, urlsplit

from bundle import Program
from faults import SiteFault, telling_line
from layout import Layout
from supervision import Supervisor

GIVEN_UP_SECONDS = 20.0
GIVEN_UP_LIVES = 3


def connection_to(url: SplitResult, timeout: float) -> http.client.HTTPConnection:
    """A connection to a program of this machine, known by its port: its certificate is for the name that others use."""
    host = url.hostname or "127.0.0.1"
    if url.scheme == "https":
        anybody = ssl.create_default_context()
        anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection(host, url.port or 443, timeout=timeout, context=anybody)
    return http.client.HTTPConnection(host, url.port or 80, timeout=timeout)


def answers(program: Program, timeout: float = 2) -> bool:
    """Whether a program's health address answers as it should; no proxy is asked."""
    if program.health_url is None:
        return True
    url = urlsplit(program.health_url)
    connection = connection_to(url, timeout)
    try:
        connection.request("GET", url.path + (f"?{url.query}" if url.query else ""))
        return connection.getresponse().status in program.health_status
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def down(programs: Sequence[Program], supervisor: Supervisor) -> list[Program]:
    """Programs that do not run or do not answer; all are asked at once."""
    states = supervisor.programs()
    running = [program for program in programs if states.get(program.name, {}).get("statename") == "RUNNING"]
    if len(running) < len(programs):
        return [program for program in programs if program not in running]
    asked = [program for program in running if program.health_url]
    if not asked:
        return []
    with ThreadPoolExecutor(len(asked)) as pool:
        fine = list(pool.map(answers, asked))
    return [program for program, ok in zip(asked, fine, strict=True) if not ok]


def wait_healthy(layout: Layout, programs: Sequence[Program], supervisor: Supervisor, seconds: float) -> None:
    """Waits until all programs run and answer.

    :raises SiteFault: at the deadline, or earlier where the supervisor has given up on one, or keeps restarting it.
    """
    began = time.monotonic()
    failing_since: dict[str, float] = {}
    lives: dict[str, set[int]] = {}
    pause = 0.05
    while True:
        bad = down(programs, supervisor)
        if not bad:
            return
        states = supervisor.programs()
        now = time.monotonic()
        for program in bad:
            info = states.get(program.name, {})
            state = info.get("statename", "STOPPED")
            lives.setdefault(program.name, set()).add(info.get("pid", 0))
            if state in ("BACKOFF", "FATAL"):
                failing_since.setdefault(program.name, now)
            elif state == "RUNNING":
                failing_since.pop(program.name, None)
            failing = now - failing_since.get(program.name, now)
            unknown = program.name not in states
            hopeless = (
                unknown
                or state == "FATAL"
                or failing > GIVEN_UP_SECONDS
                or len(lives[program.name] - {0}) > GIVEN_UP_LIVES
            )
            if hopeless or now - began > seconds:
                log = layout.log(program.name)
                what = "does not answer" if state == "RUNNING" else f"does not start ({state})"
                raise SiteFault(f"{program.name} {what}: {telling_line(log, 'its log is empty')}", log)
        time.sleep(pause)
        pause = min(pause * 1.3, 0.5)
