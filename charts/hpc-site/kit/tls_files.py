"""tls_files.py: has the site's servers read its certificate again when the files change. A program of a site's base.

Whoever renews certificates only has to write the files; nothing is done with a pair that nobody would accept. Those of
an ACME authority are renewed here.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

if (beside := str(Path(__file__).resolve().parent)) not in sys.path:
    sys.path.insert(0, beside)

from acme_orders import RETRY_SECONDS, is_acme, renew
from faults import SiteFault
from layout import Layout
from supervision import Supervisor
from tls_pair import placed, require_pair, stamp_of

ROUND_SECONDS = 10.0
SERVERS = ("nginx", "s3")


def take_over(supervisor: Supervisor) -> None:
    """Has the servers read their certificate again; connections go on."""
    for name in SERVERS:
        supervisor.signal(name, "HUP")


def look(tls: Mapping[str, Any], seen: object, layout: Layout) -> object:
    """Has the servers read the files again if they are others than `seen`; returns what was seen now."""
    now = stamp_of(tls)
    if now is None or now == seen:
        return seen
    try:
        require_pair(tls)
        take_over(Supervisor(layout))
        print("the certificate has changed: it is in use now", flush=True)
    except SiteFault as fault:
        print(f"the certificate has changed, and the one before stays in use: {fault}", flush=True)
    return now


def main() -> None:
    """Looks every ten seconds, and renews what an ACME authority gave when it is time: first when it starts."""
    bundle, layout = Path(os.environ["ISTHMUS_BUNDLE"]), Layout(Path(os.environ["ISTHMUS_SITE_ROOT"]))
    told = json.loads((bundle / "site.json").read_text("utf-8"))["tls"]
    tls = placed(layout, told)
    seen: object = stamp_of(tls)
    wait = 0.0
    while True:
        if is_acme(told) and wait <= 0:
            try:
                wait, words = renew(layout, told, sys.executable, bundle)
            except OSError as error:  # a full disk: who ended here would ask the authority again at once
                wait, words = RETRY_SECONDS, f"the certificate is not renewed: {error}"
            if words:
                print(words, flush=True)
        seen = look(tls, seen, layout)
        time.sleep(ROUND_SECONDS)
        wait -= ROUND_SECONDS


if __name__ == "__main__":
    main()
