"""Sent to a fresh kernel before a program: runs the program's text there as `python FILE ARGUMENTS` would."""

from __future__ import annotations

import json
import linecache
import os
import sys
import traceback

from IPython.display import display


def run_file(request: str) -> None:
    """Runs the program that a JSON text describes: `source`, `file`, `arguments`, `environment`.

    An exception leaves as Python prints it, without the frames of this function; how the program ended itself is shown
    as `application/vnd.isthmus.exit+json`.
    """
    wish = json.loads(request)
    source, file = wish["source"], wish["file"]
    os.environ.update(wish["environment"])
    sys.argv = [file, *wish["arguments"]]
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    namespace = sys.modules["__main__"].__dict__
    namespace["__file__"] = file
    try:
        exec(compile(source, file, "exec", dont_inherit=True), namespace)
    except SystemExit as end:
        display({"application/vnd.isthmus.exit+json": {"code": _exit_code(end)}}, raw=True)
    except Exception as error:
        own = error.__traceback__.tb_next if error.__traceback__ else None
        lines = "".join(traceback.format_exception(type(error), error, own)).splitlines()
        error._render_traceback_ = lambda: lines  # type: ignore[attr-defined]  # what IPython shows instead of its own
        raise


def _exit_code(end: SystemExit) -> int:
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    print(end.code, file=sys.stderr)
    return 1
