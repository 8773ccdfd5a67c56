"""Puts the kit and the configuration on the path; in PYTHONPATH, the kit's site.py would pass for Python's own."""

from __future__ import annotations

import sys
from pathlib import Path

HPC_SITE = Path(__file__).resolve().parents[3] / "charts" / "hpc-site"
sys.dont_write_bytecode = True
sys.path[:0] = [str(HPC_SITE / name) for name in ("kit", "config", "copies")]
