"""What else is done with a site: ensure, stop, uninstall, status."""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import builds
import front
import health
import installer
import releases
from acme_orders import is_acme, problem_of
from bundle import Bundle, read_bundle
from cache import remove_tree
from faults import SiteFault
from jobs import end_jobs
from layout import Layout
from processes import end_recorded, recorded_groups, sweep
from progress import say
from supervision import Supervisor
from tls_pair import placed, valid_between


def installed_bundles(layout: Layout, only: str | None = None) -> list[Bundle]:
    """The bundles that are installed, `base` first; of `only` one hub also the base, which it cannot do without."""
    wanted = [name for name in layout.installed() if only in (None, name) or name == "base"]
    if only and only not in wanted:
        raise SiteFault(f"{only} is not installed at {layout.root}: isthmus up installs it")
    return [read_bundle(layout.link(name)) for name in wanted]


def ensure(layout: Layout, only: str | None) -> list[str]:
    """Starts what is down, also after a reboot or where the cache has gone; returns the bundles that were repaired."""
    bundles = [bundle for bundle in installed_bundles(layout, only) if not _is_over(bundle)]
    supervisor = Supervisor(layout)
    programs = [program for bundle in bundles for program in bundle.programs]
    built = all(builds.all_built(bundle, layout) for bundle in bundles)
    whole = built and not any(releases.unfinished(layout, bundle.id) for bundle in bundles)
    if whole and not health.down(programs, supervisor) and front.is_current(layout):
        return []
    return [bundle.id for bundle in bundles if installer.install(layout, bundle)]


def _is_over(bundle: Bundle) -> bool:
    """Whether a bundle has expired, which is said with the next step: then nothing of it is started any more."""
    if bundle.expired:
        stack = f"{bundle.data['site']}/{bundle.id}" if bundle.id != "base" else bundle.data["site"]
        say(f"{stack} expired on {bundle.expires} and is not started: extend `expires`, or isthmus down {stack}")
    return bundle.expired


def stop(layout: Layout) -> None:
    """Ends every program of a site, notebooks and clusters included; everything is kept."""
    with layout.locked():
        _end_all(layout)


def _end_all(layout: Layout) -> None:
    _end_jobs(layout)  # first: where the batch system does not answer, nothing has changed yet
    _end_children(layout, None)
    Supervisor(layout).shutdown()
    _end_jobs(layout)  # what the hubs have started meanwhile
    sweep(layout.root)
    end_recorded(layout.directory("run"), layout.root)
    for name in ("*.pgid", "supervisor.sock", "supervisord.pid", "front.digest"):
        for path in layout.directory("run").glob(name):
            path.unlink(missing_ok=True)


def _end_children(layout: Layout, bundle_id: str | None) -> None:
    """Ends notebooks and clusters, but not yet the programs that started them."""
    own = recorded_groups(layout.directory("run")).keys() | {supervisor_group(layout)}
    ended = sweep(layout.root, bundle_id, own)
    if ended:
        say(f"ended {ended} process{'' if ended == 1 else 'es'} of notebooks and clusters")


def _end_jobs(layout: Layout) -> None:
    """Ends jobs of all hubs in the batch system."""
    for name in layout.installed():
        end_jobs(layout, read_bundle(layout.link(name)))


def supervisor_group(layout: Layout) -> int:
    """The supervisor's process group; 0 where it does not run."""
    try:
        return os.getpgid(int(layout.supervisor_pid.read_text()))
    except (OSError, ValueError):
        return 0


def uninstall(layout: Layout, bundle_id: str) -> bool:
    """Removes a bundle's programs and releases; data, homes, state and secrets stay. Returns whether it was there."""
    if not layout.root.exists():
        return False
    with layout.locked():
        present = bundle_id in layout.installed() or layout.ini(bundle_id).exists()
        if bundle_id == "base":
            _uninstall_base(layout)
        else:
            _uninstall_hub(layout, bundle_id)
        _forget_programs(layout, bundle_id)
        releases.finish(layout, bundle_id)
        releases.prune(layout, bundle_id, [])
    if bundle_id == "base":
        for name in ("run", "cache"):
            remove_tree(layout.directory(name))
        for name in ("current", "releases", "supervisor"):
            with suppress(OSError):  # a hub is still there
                layout.directory(name).rmdir()
    return present


def _uninstall_hub(layout: Layout, bundle_id: str) -> None:
    bundle = read_bundle(layout.link(bundle_id)) if bundle_id in layout.installed() else None
    if bundle:
        end_jobs(layout, bundle)  # first: where the batch system does not answer, nothing has changed yet
    _end_children(layout, bundle_id)
    installer.deactivate(layout, bundle_id)
    if bundle:
        end_jobs(layout, bundle)  # what the hub has started meanwhile
    sweep(layout.root, bundle_id)


def _forget_programs(layout: Layout, bundle_id: str) -> None:
    """Removes what programs that have ended leave: records of their groups, their environment files, their scratch.

    Their releases tell what they were, and go last: an uninstall that was cut off knows them still.
    """
    for release in releases.releases_of(layout, bundle_id):
        with suppress(SiteFault):  # half removed, or half copied: it never ran
            bundle = read_bundle(release)
            for program in bundle.programs:
                (layout.directory("run") / f"{program.name}.pgid").unlink(missing_ok=True)
                (layout.directory("secrets") / f"{program.name}.env").unlink(missing_ok=True)
            for directory in bundle.data.get("directories", []):
                if directory.startswith("run/"):
                    remove_tree(layout.directory(directory))


def _uninstall_base(layout: Layout) -> None:
    hubs = [name for name in layout.installed() if name != "base"]
    _end_all(layout)
    installer.deactivate(layout, "base")
    (layout.directory("supervisor") / "supervisord.conf").unlink(missing_ok=True)
    if hubs:
        say(f"still installed at {layout.root}, with nothing to run on: {', '.join(hubs)}")


def status(layout: Layout) -> dict[str, Any]:
    """Bundles and programs of a site as they are; works when nothing runs."""
    bundles = [(name, read_bundle(layout.link(name))) for name in layout.installed()]
    states = Supervisor(layout, timeout=10).programs()
    rows = [(name, program, states.get(program.name, {})) for name, bundle in bundles for program in bundle.programs]

    def row(entry: tuple[str, Any, dict[str, Any]]) -> dict[str, Any]:
        name, program, info = entry
        runs = info.get("statename") == "RUNNING"
        answers = runs and health.answers(program)
        return {
            "name": program.name,
            "id": name,
            "state": info.get("statename", "STOPPED"),
            "pid": info.get("pid") or None,
            "uptimeSeconds": int(time.time() - info["start"]) if runs else None,
            "health": "none" if program.health_url is None else "ok" if answers else "down",
        }

    with ThreadPoolExecutor(max(1, len(rows))) as pool:
        programs = list(pool.map(row, rows))
    ids = {
        name: {
            "digest": bundle.digest,
            "installed": True,
            "expires": bundle.expires,
            "expired": bundle.expired,
            "front": {key: bundle.site.get(key) for key in ("url", "title", "basePath")},
        }
        for name, bundle in bundles
    }
    told = {"root": str(layout.root), "ids": ids, "programs": programs, "copies": _copies(layout, bundles)}
    return {**told, **_certificate(layout, bundles)}


def _certificate(layout: Layout, bundles: list[tuple[str, Bundle]]) -> dict[str, Any]:
    """Until when the site's certificate is valid, null where clients refuse it, and why it was not renewed."""
    tls = next((bundle.site["tls"] for name, bundle in bundles if name == "base" and "tls" in bundle.site), None)
    if tls is None:
        return {}
    try:
        until, problem = valid_between(placed(layout, tls))[1], None
    except SiteFault as fault:
        until, problem = None, str(fault)
    if is_acme(tls):
        problem = problem_of(layout, tls) or problem
    return {"certificate": {"host": tls["host"], "until": until, "problem": problem}}


def _copies(layout: Layout, bundles: list[tuple[str, Bundle]]) -> list[dict[str, Any]]:
    """How the copies of other sites' datasets stand, as the program tells that fetches them."""
    copies = [copy for name, bundle in bundles if name == "base" for copy in bundle.site.get("copies", [])]
    directory = layout.directory("state") / "base" / "copies"
    return [_standing(directory / f"{copy['dataset']}.json", copy) for copy in copies]


def _standing(path: Path, copy: dict[str, Any]) -> dict[str, Any]:
    waiting = {"state": "waiting", "at": None, "whole": None}
    with suppress(FileNotFoundError):
        told = json.loads(path.read_text("utf-8"))
        # What it tells of another source or place is of another copy.
        waiting = told if told.pop("copy") == copy else waiting
    return {"dataset": copy["dataset"], "everySeconds": copy["everySeconds"], **waiting}
