"""Writes a small store with consolidated metadata to the directory that is its argument."""

from __future__ import annotations

import sys

import numpy as np
import xarray as xr

values = np.arange(24, dtype="float32").reshape(4, 6)
data = xr.Dataset({"sst": (("y", "x"), values, {"units": "K"})}).chunk(y=2)
data.to_zarr(sys.argv[1], mode="w", zarr_format=3, consolidated=True)
