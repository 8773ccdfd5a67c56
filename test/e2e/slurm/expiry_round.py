"""expiry_round.py ROOT DAYS: what the site's own expiry would do in one round so many days from now.

Files cannot be made to look older than they are: when they came here is the kernel's to say. So the clock is moved, and
nothing else: the command is the supervisor's.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

LATER = """
import sys, time
from pathlib import Path
root, bundle, days = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
sys.path.insert(0, str(bundle / "kit"))
import expiry
expiry.one_round(root, bundle, time.time() + days * expiry.DAY_SECONDS)
"""

root, days = Path(sys.argv[1]), sys.argv[2]
bundle = root / "current" / "base"
conf = (root / "supervisor" / "base.ini").read_text("utf-8")
found = re.search(r"^command=\S+ -I -S \S+/launch\.py scratch-expiry -- (.*)$", conf, re.MULTILINE)
assert found, conf
*words, program = found[1].split()
assert program.endswith("/kit/expiry.py"), program
environment = {**os.environ, "ISTHMUS_SITE_ROOT": str(root), "ISTHMUS_BUNDLE": str(bundle)}
subprocess.run([*words, "-c", LATER, str(root), str(bundle), days], env=environment, check=True)
