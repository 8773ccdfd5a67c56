"""read_bundles.py BUNDLE…: each is whole, and its programs come out of the supervisor's include as they went in."""

from __future__ import annotations

import configparser
import shlex
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "charts" / "hpc-site" / "kit"))

from bundle import fill, read_bundle  # noqa: E402
from layout import Layout  # noqa: E402
from supervision import include_text  # noqa: E402

# A root as a user's folder may be named, with all that INI files, shells and format strings give a meaning to.
ROOT = Path("/srv/an odd one %(x)s ; # {root} '\" $HOME/site")


def check(directory: Path) -> None:
    """Fails with what does not hold."""
    bundle = read_bundle(directory, verify=True)
    layout = Layout(ROOT)
    names = ("env.hub", "env.user", "env.copies", "tool.chp", "tool.versitygw", "node", "nginx.globals")
    values = {"root": str(ROOT), "bundle": str(layout.link(bundle.id)), **{name: f"{ROOT}/{name}" for name in names}}
    include = configparser.RawConfigParser(inline_comment_prefixes=(";", "#"), strict=True)
    include.read_string(include_text(layout, bundle, values))
    assert include.sections() == [f"program:{program.name}" for program in bundle.programs]
    for program in bundle.programs:
        # As the supervisor reads it: what a format string leaves of it, split like a shell's words.
        words = shlex.split(include[f"program:{program.name}"]["command"] % {})
        assert words[-len(program.command) :] == [fill(word, values) for word in program.command], program.name


def main() -> None:
    """Checks all bundles."""
    for name in sys.argv[1:]:
        check(Path(name))
    print(f"{len(sys.argv) - 1} bundles")


if __name__ == "__main__":
    main()
