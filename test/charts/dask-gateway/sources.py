"""Puts the gateway's modules on the path, as the end of its configuration file does."""

from __future__ import annotations

import sys
from pathlib import Path

CHARTS = Path(__file__).resolve().parents[3] / "charts"
sys.dont_write_bytecode = True
sys.path[:0] = [str(CHARTS / "dask-gateway" / "gateway"), str(CHARTS / "hpc-site" / "config")]
