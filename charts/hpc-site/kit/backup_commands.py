"""The verbs of site.py about backups: backup, restore, about."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO

import backup
import restore
from archive_reader import Reader
from layout import site_layout
from progress import say_on_stderr


def back_up(arguments: argparse.Namespace) -> None:
    """Writes a backup of what is neither in git nor in buckets; the site goes on meanwhile."""
    os.umask(0o077)
    say_on_stderr()
    about = {name: getattr(arguments, name) for name in ("isthmus", "federation", "site")}
    about["time"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    wish = backup.Wish(
        about=about,
        output=arguments.output,
        engine=Path(arguments.engine),
        stacks=arguments.stack,
        catalog=Path(arguments.catalog),
        homes=arguments.homes,
    )
    report = backup.backup(site_layout(arguments.root), wish)
    # Where the archive is not.
    print(json.dumps(report), file=sys.stderr if arguments.output == "-" else sys.stdout, flush=True)


def put_back(arguments: argparse.Namespace) -> None:
    """Puts a backup's content back, or tells every reason not to."""
    os.umask(0o077)
    say_on_stderr()
    wish = restore.Wish(
        federation=arguments.federation,
        site=arguments.site,
        engine=Path(arguments.engine),
        catalog=Path(arguments.catalog),
        replace=arguments.replace,
    )
    with _archive(arguments.archive) as stream:
        print(json.dumps(restore.restore(site_layout(arguments.root), stream, wish)))


def tell_about(arguments: argparse.Namespace) -> None:
    """Tells whose backup a file is."""
    with _archive(arguments.archive) as stream:
        print(json.dumps(Reader(stream).about))


def _archive(name: str) -> BinaryIO:
    return sys.stdin.buffer if name == "-" else open(name, "rb")


def add(commands: Any) -> None:  # noqa: ANN401 - argparse keeps the type to itself
    """Adds the verbs to the command line."""
    verbs = {}
    for name, action in (("backup", back_up), ("restore", put_back), ("about", tell_about)):
        verbs[name] = command = commands.add_parser(name, help=action.__doc__)
        command.set_defaults(action=action)
        if name != "backup":
            command.add_argument("--archive", required=True, help="the backup; - is standard input")
        if name != "about":
            command.add_argument("--root", required=True, help="the site's directory")
            command.add_argument("--federation", required=True, help="the federation's id")
            command.add_argument("--site", required=True, help="the site's id")
            command.add_argument("--engine", required=True, help="directory with the engine's states and its index")
            command.add_argument("--catalog", required=True, help="directory with the site's records of datasets")
    verbs["backup"].add_argument("--isthmus", required=True, help="the version that makes it")
    verbs["backup"].add_argument("--stack", action="append", default=[], help="a stack of the site; repeatable")
    verbs["backup"].add_argument("--output", required=True, help="the file to write; - is standard output")
    verbs["backup"].add_argument("--homes", action="store_true", help="with the users' homes")
    verbs["restore"].add_argument("--replace", action="store_true", help="keep what is there beside what is restored")
