"""site.py install|uninstall|ensure|stop|status|credentials|backup|restore|ports: one site on this machine. See --help.

Exit code 0: done (or nothing to do); 1: failed, with a last line `isthmus: error: ...` on standard error.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs it with an older one must be told so
    sys.exit(f"isthmus: error: a site needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]}")
if not sys.platform.startswith("linux"):
    sys.exit("isthmus: error: the programs of a site run on Linux only")

# Python may be told (-I, PYTHONSAFEPATH) not to look beside its script.
if (beside := str(Path(__file__).resolve().parent)) not in sys.path:
    sys.path.insert(0, beside)

import backup_commands
import credentials
import installer
import operations
from bundle import read_bundle
from faults import SiteFault, as_fault
from layout import site_layout
from ports import taken
from progress import say, tell


def install(arguments: argparse.Namespace) -> None:
    """Installs a bundle; a second time changes nothing."""
    began = time.monotonic()
    bundle = read_bundle(Path(arguments.bundle).resolve(), verify=True)
    what = f"{bundle.data['federation']}/{bundle.data['site']} {bundle.id} {bundle.digest[:12]}"
    changed = installer.install(site_layout(arguments.root), bundle)
    say(f"{what} {'installed' if changed else 'unchanged'} ({time.monotonic() - began:.1f} s)")


def uninstall(arguments: argparse.Namespace) -> None:
    """Ends and removes a bundle; keeps data, homes, state and secrets."""
    layout = site_layout(arguments.root)
    present = operations.uninstall(layout, arguments.id)
    if not present:
        say(f"{arguments.id} is not installed at {layout.root}")
        return
    say(f"{arguments.id} uninstalled; buckets, homes, state and secrets stay in {layout.root}")


def ensure(arguments: argparse.Namespace) -> None:
    """Starts what is down."""
    repaired = operations.ensure(site_layout(arguments.root), arguments.id)
    say(f"repaired {', '.join(repaired)}" if repaired else "all programs are up")


def stop(arguments: argparse.Namespace) -> None:
    """Ends all programs; `ensure` starts them again."""
    layout = site_layout(arguments.root)
    operations.stop(layout)
    say(f"all programs of {layout.root} have ended")


def status(arguments: argparse.Namespace) -> None:
    """Tells what is installed and how its programs are."""
    told = operations.status(site_layout(arguments.root))
    if arguments.json:
        print(json.dumps(told, indent=1))
        return
    for program in told["programs"]:
        print(f"{program['id']:12} {program['name']:24} {program['state']:10} {program['health']}")


def ports(arguments: argparse.Namespace) -> None:
    """Tells, as JSON, who has ports that bundles need; changes nothing."""
    bundles = [read_bundle(Path(directory)) for directory in arguments.bundle]
    leaving = [Path(root) for root in arguments.leaving]
    print(json.dumps(taken(site_layout(arguments.root), bundles, leaving)))


def show_credentials(arguments: argparse.Namespace) -> None:
    """Tells how to sign in to the hubs (or one of them); reads what the install generated."""
    layout = site_layout(arguments.root)
    bundles = operations.installed_bundles(layout, arguments.id)
    told = {bundle.id: signed for bundle in bundles if (signed := credentials.sign_in(layout, bundle))}
    shown = told[arguments.id] if arguments.id and arguments.id in told else told
    if arguments.json:
        print(json.dumps(shown, indent=1))
        return
    for hub, signed in told.items():
        print(f"{hub}: {signed['url']}  {signed['users']}, password {signed['password']}")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    main_parser = argparse.ArgumentParser(prog="site.py", description="One Isthmus site on this machine.")
    commands = main_parser.add_subparsers(required=True, metavar="COMMAND")
    for name, action in (
        ("install", install),
        ("uninstall", uninstall),
        ("ensure", ensure),
        ("stop", stop),
        ("status", status),
        ("credentials", show_credentials),
        ("ports", ports),
    ):
        command = commands.add_parser(name, help=action.__doc__)
        command.set_defaults(action=action)
        command.add_argument("--root", required=True, help="the site's directory")
        if name == "install":
            command.add_argument("--bundle", required=True, help="directory of the rendered bundle")
        if name == "ports":
            command.add_argument("--bundle", action="append", required=True, help="a bundle to come (repeatable)")
            command.add_argument("--leaving", action="append", default=[], help="a root that is given up (repeatable)")
        if name in ("uninstall", "ensure", "credentials"):
            command.add_argument("--id", required=name == "uninstall", help="base, or a hub's id")
        if name in ("status", "credentials"):
            command.add_argument("--json", action="store_true", help="for programs to read")
    backup_commands.add(commands)
    return main_parser


def main() -> int:
    """Runs one command; the exit code."""
    arguments = parser().parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        arguments.action(arguments)
    except (SiteFault, OSError) as error:
        reason = as_fault(error).line()
    except KeyboardInterrupt:
        reason = "interrupted; the same command again goes on from here"
    else:
        return 0
    tell(sys.stdout, "")
    tell(sys.stderr, f"isthmus: error: {reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
