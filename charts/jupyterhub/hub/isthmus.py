"""Loaded by the chart's JupyterHub configuration: what differs between hubs is in hub.json, beside the modules."""

from __future__ import annotations

import os
import sys

sys.path.insert(0, os.environ["ISTHMUS_HUB"])

from hub_config import configure

configure(c)  # type: ignore[name-defined]  # noqa: F821 - the file that loads this one has it
