"""The process supervisor of a site: its configuration, and talking to it over its socket."""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import shlex
import socket
import subprocess
import time
import xmlrpc.client
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bundle import Bundle, fill
from faults import SiteFault, telling_line
from layout import Layout
from processes import alive
from whole_file import write_whole

# How long a supervisor that an earlier caller started may take until it answers.
OTHER_SECONDS = 5
# What programs may know of the caller's environment: never its credentials, nor settings of the tool that called.
KEPT = (
    *("HOME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "SHELL", "TMPDIR", "TZ", "USER", "LD_LIBRARY_PATH"),
    *("SLURM_CONF", "PBS_CONF_FILE", "PBS_DEFAULT", "PBS_SERVER"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"),
    *("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
)
KEPT_PREFIXES = ("LC_", "OPENBLAS_")

# Paths are relative to the site's root, which the supervisor runs in: it expands "%" in some of them twice.
MAIN = """\
[unix_http_server]
file=run/supervisor.sock
chmod=0600
[supervisord]
logfile=log/supervisord.log
logfile_maxbytes=5MB
logfile_backups=2
pidfile=run/supervisord.pid
umask=022
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://%(here)s/../run/supervisor.sock
[include]
files=*.ini
"""

PROGRAM = """\
[program:{name}]
command={command}
environment=ISTHMUS_ID="{id}",ISTHMUS_INPUTS="{inputs}"
priority={priority}
autostart=true
autorestart=true
startsecs=1
startretries=10
stopwaitsecs=15
stopasgroup=true
killasgroup=true
redirect_stderr=true
stdout_logfile=log/{name}.log
stdout_logfile_maxbytes=0
"""


def _escaped(text: str) -> str:
    """Quoted words so that the supervisor's INI reader gives them back: a `;` or `#` after a space starts a comment."""
    return re.sub(r"(\s)([;#])", r"\1''\2", text).replace("%", "%%")


def include_text(layout: Layout, bundle: Bundle, values: Mapping[str, str]) -> str:
    """The supervisor's include of a bundle: a program changes here exactly when it must be restarted."""
    python = f"{values['env.hub']}/bin/python"
    launch = [python, "-I", "-S", f"{layout.link(bundle.id)}/kit/launch.py"]
    parts = []
    for program in bundle.programs:
        command = [*launch, program.name, "--", *(fill(word, values) for word in program.command)]
        if any("\n" in word for word in command):
            raise SiteFault(f"{program.name}: a word of its command has more than one line")
        settings = fill("\0".join(f"{name}={value}" for name, value in sorted(program.environment.items())), values)
        parts.append(
            PROGRAM.format(
                name=program.name,
                command=_escaped(" ".join(shlex.quote(word) for word in command)),
                id=bundle.id,
                inputs=f"{bundle.input_digest(program)}-{_digest(settings)}",
                priority=program.priority,
            )
        )
    return "".join(parts)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class _UnixTransport(xmlrpc.client.Transport):
    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__()
        self._path = path
        self._timeout = timeout

    def make_connection(self, host: Any) -> http.client.HTTPConnection:  # noqa: ANN401 - as in the base class
        return _UnixConnection(self._path, self._timeout)


class Supervisor:
    """The supervisor of one site."""

    def __init__(self, layout: Layout, timeout: float = 60) -> None:
        self._layout = layout
        self._proxy = xmlrpc.client.ServerProxy("http://localhost", transport=_UnixTransport(layout.socket, timeout))

    @property
    def rpc(self) -> Any:  # noqa: ANN401 - methods are made up as they are called
        """The supervisor's own methods."""
        return self._proxy.supervisor

    def running(self) -> bool:
        """Whether the supervisor answers."""
        try:
            return bool(self.rpc.getState()["statename"] == "RUNNING")
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return False

    def programs(self) -> dict[str, dict[str, Any]]:
        """State of each program by name; empty where the supervisor does not answer."""
        try:
            return {info["name"]: info for info in self.rpc.getAllProcessInfo()}
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return {}

    def start(self, hub_environment: str) -> bool:
        """Starts the supervisor, detached from the caller: no pipe, no terminal, no environment of it.

        Returns whether it is the one that runs now: a caller that was killed may have started another a moment before.
        """
        layout = self._layout
        configuration = layout.directory("supervisor") / "supervisord.conf"
        write_whole(configuration, MAIN, 0o644)
        kept = {k: v for k, v in os.environ.items() if k in KEPT or k.startswith(KEPT_PREFIXES)}
        log = layout.log("supervisord")
        command = [f"{hub_environment}/bin/python", f"{hub_environment}/bin/supervisord", "-c", str(configuration)]
        with layout.log("supervisord-start").open("wb") as output:
            started = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={"PATH": os.defpath, **kept, "ISTHMUS_SITE_ROOT": str(layout.root)},
                cwd=layout.root,
                start_new_session=True,
                check=False,
            )
        refused = started.returncode != 0
        deadline = time.monotonic() + (OTHER_SECONDS if refused else 15)
        while not self.running():
            if time.monotonic() > deadline and refused:
                reason = telling_line(layout.log("supervisord-start"), f"exit code {started.returncode}")
                raise SiteFault(f"the supervisor does not start: {reason}", log)
            if time.monotonic() > deadline:
                raise SiteFault(f"the supervisor does not answer: {telling_line(log, 'its log is empty')}", log)
            time.sleep(0.05)
        return not refused

    def update(self) -> list[str]:
        """Takes over the includes as they are now; returns the programs that were started, restarted or ended."""
        try:
            ((added, changed, removed),) = self.rpc.reloadConfig()
        except xmlrpc.client.Fault as fault:
            raise SiteFault(f"the supervisor refuses its configuration: {fault.faultString}") from None
        for name in (*removed, *changed):
            self._tolerant(self.rpc.stopProcessGroup, name)
            self._tolerant(self.rpc.removeProcessGroup, name)
        for name in (*changed, *added):
            self._tolerant(self.rpc.addProcessGroup, name)
        return [*removed, *changed, *added]

    def revive(self, names: list[str]) -> list[str]:
        """Starts those programs that are stopped or given up; returns them."""
        states = self.programs()
        down = [name for name in names if states.get(name, {}).get("statename") in ("STOPPED", "EXITED", "FATAL")]
        for name in down:
            self._tolerant(self.rpc.startProcess, name, False)
        return down

    def restart(self, names: list[str]) -> None:
        """Ends programs and starts them again."""
        for name in names:
            self._tolerant(self.rpc.stopProcess, name)
            self._tolerant(self.rpc.startProcess, name, False)

    def signal(self, name: str, signal_name: str) -> None:
        """Sends a signal to a program that runs."""
        self._tolerant(self.rpc.signalProcess, name, signal_name)

    def shutdown(self) -> None:
        """Ends all programs and the supervisor, and waits for that."""
        try:
            pid = int(self.rpc.getPID())
            self.rpc.shutdown()
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return
        deadline = time.monotonic() + 60
        while alive(pid) and time.monotonic() < deadline:
            time.sleep(0.05)

    @staticmethod
    def _tolerant(method: Any, *arguments: object) -> None:  # noqa: ANN401 - a method of the supervisor
        try:
            method(*arguments)
        except xmlrpc.client.Fault as fault:
            if fault.faultString.split(":")[0] not in ("NOT_RUNNING", "ALREADY_STARTED", "ALREADY_ADDED", "BAD_NAME"):
                raise SiteFault(f"the supervisor refuses: {fault.faultString}") from None
