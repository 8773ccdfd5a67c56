"""Installing a bundle: validate, switch, restart only what is affected, check, and roll back where that fails."""

from __future__ import annotations

import configparser
from collections.abc import Mapping
from typing import Any

import acme_orders
import buckets
import builds
import credentials
import front
import health
import people
import releases
import unix_users
from bundle import Bundle, read_bundle
from faults import SiteFault, as_fault
from layout import Layout, require_space
from ports import end_orphans, record_directory, require_ports
from progress import say
from state_place import settle_state
from supervision import Supervisor, include_text
from tls_files import take_over
from tls_pair import placed, require_pair
from whole_file import write_whole

HEALTH_SECONDS = 180.0
ROLLBACK_SECONDS = 60.0
REPAIR_SECONDS = 45.0
# What a site needs beside its bundle while one is installed, in MB: a trial of the front, secrets, logs.
MARGIN = 8


def is_as_wanted(layout: Layout, bundle: Bundle) -> bool:
    """Whether a bundle is installed, everything it runs from is there, and its programs are healthy."""
    if releases.current_release(layout, bundle.id) != bundle.release or releases.unfinished(layout, bundle.id):
        return False
    if not builds.all_built(bundle, layout):
        return False
    ini = layout.ini(bundle.id)
    if not ini.exists() or ini.read_text("utf-8") != include_text(layout, bundle, builds.values_for(bundle, layout)):
        return False
    if _tls_by_acme(bundle) and not acme_orders.is_held(layout, _tls_by_acme(bundle)):
        return False
    return not health.down(bundle.programs, Supervisor(layout)) and front.is_current(layout)


def install(layout: Layout, bundle: Bundle) -> bool:
    """Brings a site to a bundle; returns whether anything had to be done.

    :raises SiteFault: with what runs now: the previous release, or nothing of this bundle.
    """
    _require_restored(layout)
    if is_as_wanted(layout, bundle):
        return False
    if bundle.expired:
        raise SiteFault(f"{bundle.id} expired on {bundle.expires}: extend `expires`, then synthesize again")
    if bundle.id != "base" and "base" not in layout.installed():
        raise SiteFault(f"the site's base is not installed at {layout.root}: install it before hub {bundle.id}")
    releases.check_python(bundle)
    if bundle.unix_users:
        unix_users.require(layout, bundle)
    builds.build_all(bundle, layout)
    with layout.locked():
        _require_restored(layout)  # builds take minutes, and a restore may have begun and been killed meanwhile
        if is_as_wanted(layout, bundle):
            return False
        values = builds.values_for(bundle, layout)
        current, previous = releases.current_release(layout, bundle.id), releases.way_back(layout, bundle.id)
        if current != bundle.release:
            require_space(layout.root, MARGIN + 2 * releases.megabytes_of(bundle), f"bundle {bundle.id}")
        _prepare(layout, bundle, values)
        release = releases.copy_release(layout, bundle)
        if previous == current == bundle.release:
            _repair(layout, release, values)
        else:
            releases.begin(layout, bundle.id, previous)
            releases.prune(layout, bundle.id, [bundle.release, previous, current])
            try:
                _activate(layout, release, values, HEALTH_SECONDS)
                _obtain_certificate(layout, release, values)
                _set_rights(layout, release)
            except (SiteFault, OSError) as error:
                raise _rolled_back(layout, bundle, previous, as_fault(error)) from None
        releases.finish(layout, bundle.id)
        releases.prune(layout, bundle.id, [bundle.release, previous])
    return True


def _require_restored(layout: Layout) -> None:
    if layout.restore_mark.exists():
        raise SiteFault(
            "a restore of this site has not ended: run isthmus restore with the same file again, "
            f"or remove {layout.restore_mark} to go on with what is there"
        )


def _repair(layout: Layout, bundle: Bundle, values: Mapping[str, str]) -> None:
    """Gets the release that is installed going again; what runs and does not answer is restarted."""
    try:
        _activate(layout, bundle, values, REPAIR_SECONDS)
    except SiteFault:
        supervisor = Supervisor(layout)
        hung = [program.name for program in health.down(bundle.programs, supervisor)]
        say(f"restarting {', '.join(hung)}")
        supervisor.restart(hung)
        health.wait_healthy(layout, bundle.programs, supervisor, HEALTH_SECONDS)
    _obtain_certificate(layout, bundle, values)
    _set_rights(layout, bundle)


def _tls_by_acme(bundle: Bundle) -> Mapping[str, Any]:
    """What a base tells of the authority that it has its certificate from; empty where there is none."""
    tls = bundle.site.get("tls") if bundle.id == "base" else None
    return tls if tls and acme_orders.is_acme(tls) else {}


def _obtain_certificate(layout: Layout, bundle: Bundle, values: Mapping[str, str]) -> None:
    """Gets a certificate by the front, which runs, where there is none yet as the config has it."""
    if (tls := _tls_by_acme(bundle)) and not acme_orders.is_held(layout, tls):
        say(f"asking {tls['server']} for a certificate of {tls['host']}")
        if acme_orders.obtain(layout, tls, f"{values['env.acme']}/bin/python", bundle.directory):
            take_over(Supervisor(layout))


def _set_rights(layout: Layout, bundle: Bundle) -> None:
    if bundle.id == "base":
        with people.locked(layout):
            for name in buckets.apply_policies(layout, bundle):
                say(f"bucket {name}: rights set")


def _prepare(layout: Layout, bundle: Bundle, values: Mapping[str, str]) -> None:
    """All that may refuse, and all that changes nothing that runs."""
    settle_state(layout, bundle.state)
    layout.make([*bundle.data.get("directories", []), f"state/{bundle.id}"], bundle.unix_users)
    require_ports(layout, bundle)
    if tls := _tls_by_acme(bundle):
        acme_orders.prepare(layout, tls, f"{values['env.acme']}/bin/python", bundle.directory)
    elif bundle.id == "base" and (tls := bundle.site.get("tls")):
        require_pair(placed(layout, tls))
    front.check(layout, bundle, values)
    configparser.RawConfigParser(strict=True).read_string(include_text(layout, bundle, values))
    credentials.ensure_secrets(layout, bundle)
    _lay_out_lake(layout, bundle)
    if bundle.id == "base" and "base" in layout.installed():
        buckets.tell_what_stays(layout, read_bundle(layout.link("base")).site["buckets"], bundle.site["buckets"])


def _lay_out_lake(layout: Layout, bundle: Bundle, going_back: bool = False) -> None:
    """Buckets of a base; a hub's account where that is new."""
    if bundle.id == "base":
        buckets.make_buckets(layout, bundle.site["buckets"], going_back, attributes=not bundle.site.get("sidecar"))
        buckets.keep_apart(layout, bundle.site, bundle.unix_users)
    base = bundle if bundle.id == "base" else read_bundle(layout.link("base"))
    buckets.write_accounts(layout, base.site)


def _activate(layout: Layout, bundle: Bundle, values: Mapping[str, str], seconds: float) -> None:
    releases.switch(layout, bundle.id, bundle.release)
    credentials.write_environments(layout, bundle, values)
    write_whole(layout.ini(bundle.id), include_text(layout, bundle, values), 0o644)
    if bundle.id == "base":
        record_directory(layout)
    supervisor = Supervisor(layout)
    end_orphans(layout, bundle, [info["pid"] for info in supervisor.programs().values()])
    names = [program.name for program in bundle.programs]
    if not supervisor.running():
        _set_aside_expired(layout)
    fresh = not supervisor.running() and supervisor.start(_hub_environment(layout))
    changed = names if fresh else supervisor.update()
    if set(changed) & set(names):
        say(f"started {', '.join(name for name in names if name in changed)}")
    changed += supervisor.revive(names)
    if front.take_over(layout, supervisor, changed):
        say("the front has read its configuration again")
    health.wait_healthy(layout, bundle.programs, supervisor, seconds)


def _set_aside_expired(layout: Layout) -> None:
    """A new supervisor starts whatever it finds an include of: not what has expired since."""
    for name in layout.installed():
        if read_bundle(layout.link(name)).expired:
            layout.ini(name).unlink(missing_ok=True)


def _hub_environment(layout: Layout) -> str:
    base = read_bundle(layout.link("base"))
    return builds.values_for(base, layout)["env.hub"]


def _rolled_back(layout: Layout, bundle: Bundle, previous: str | None, fault: SiteFault) -> SiteFault:
    """Undoes an activation that failed; the fault then also says what runs now."""
    say(f"{bundle.id} failed; going back")
    try:
        if previous is None:
            deactivate(layout, bundle.id)
            releases.finish(layout, bundle.id)
            releases.prune(layout, bundle.id, [])
            return SiteFault(f"{fault}. Nothing of {bundle.id} runs now", fault.log)
        before = read_bundle(layout.directory("releases") / previous)
        _lay_out_lake(layout, before, going_back=True)
        _activate(layout, before, builds.values_for(before, layout), ROLLBACK_SECONDS)
        _set_rights(layout, before)
        releases.finish(layout, bundle.id)
        releases.prune(layout, bundle.id, [previous])
        return SiteFault(f"{fault}. The previous release {previous} runs again", fault.log)
    except (SiteFault, OSError) as second:
        return SiteFault(f"{fault}. Going back failed too: {as_fault(second)}", fault.log)


def deactivate(layout: Layout, bundle_id: str) -> None:
    """Ends a bundle's programs and takes it out of `current/`; its releases and all data stay."""
    layout.ini(bundle_id).unlink(missing_ok=True)
    supervisor = Supervisor(layout)
    if bundle_id == "base":
        supervisor.shutdown()
    elif supervisor.running():
        supervisor.update()
    releases.switch(layout, bundle_id, None)
    if supervisor.running():
        front.take_over(layout, supervisor, [])
