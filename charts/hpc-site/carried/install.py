"""install.py [PART...]: installs the parts of a site that lie beside it on this machine, all of them without a name.

Run again, it goes on where it stopped, and changes nothing where all is as it should be. Exit code 0: done; 1: failed,
with a last line `isthmus: error: ...` on standard error, and what ran before runs again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def chosen(parts: list[str], wanted: list[str]) -> list[str]:
    """The parts that are wanted, in the order in which they need each other.

    :raises SystemExit: for one that is not here.
    """
    strange = [name for name in wanted if name not in parts]
    if strange:
        sys.exit(f"isthmus: error: no part {', '.join(strange)} lies here; there are {', '.join(parts)}")
    return [name for name in parts if not wanted or name in wanted]


def require_digest(part: str, digest: str) -> None:
    """Refuses a part that is not the one which was packed here; its own installer checks its files against it.

    :raises SystemExit: with what to do.
    """
    try:
        told = json.loads((HERE / part / "bundle.json").read_text("utf-8"))["digest"]
    except (OSError, ValueError, KeyError, TypeError):
        told = None
    if told != digest:
        sys.exit(f"isthmus: error: {HERE / part} is not what was packed: unpack the file again")


def main(wanted: list[str]) -> int:
    """Installs part by part by each one's own kit; stops at the first that fails."""
    site = json.loads((HERE / "site.json").read_text("utf-8"))
    digests = {part["id"]: part["digest"] for part in site["parts"]}
    parts = chosen(list(digests), wanted)
    for part in parts:
        require_digest(part, digests[part])
    os.umask(0o022)
    # Relative directories of a site on another machine start at the account's home.
    os.chdir(Path.home())
    for part in parts:
        kit = [sys.executable, str(HERE / part / "kit" / "site.py")]
        done = subprocess.run([*kit, "install", "--bundle", str(HERE / part), "--root", site["root"]], check=False)
        if done.returncode != 0:
            return 1
    print(f"isthmus: {site['federation']}/{site['site']} is installed at {os.path.abspath(site['root'])}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
