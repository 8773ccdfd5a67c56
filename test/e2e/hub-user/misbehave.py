"""Does what its argument says, so that a test can see how that is told."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from IPython.display import display


def divide(by: int) -> float:
    """Fails for 0."""
    return 1 / by


what = sys.argv[1]
print("begins", what)
if what == "raise":
    divide(0)
elif what == "exit":
    sys.exit(7)
elif what == "complain":
    sys.exit("no data today")
elif what == "tell":
    display({"application/vnd.isthmus+json": {"name": __name__, "greeting": os.environ["GREETING"]}}, raw=True)
elif what == "die":
    os._exit(1)
elif what == "wait":
    try:
        time.sleep(600)
    finally:
        Path(sys.argv[2]).write_text("cleaned up")
