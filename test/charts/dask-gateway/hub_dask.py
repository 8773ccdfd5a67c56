"""A hub's Dask as the values tell it, small enough to count."""

from __future__ import annotations

from typing import Any

GIB = 2**30

DASK: dict[str, Any] = {
    "limits": {
        "cluster": {"cores": 8, "memoryBytes": 64 * GIB, "workers": 6},
        "user": {"clusters": 2, "cores": 10},
        "hub": {"cores": 16},
    },
    "idleSeconds": 1800,
    "sizes": [
        {
            "id": "dask-8",
            "title": "1 thread, 4 GiB",
            "cores": 0.97,
            "threads": 1,
            "memoryBytes": 4 * GIB,
            "pool": "dask",
        },
        {
            "id": "big-1",
            "title": "8 threads, 30 GiB",
            "cores": 7.7,
            "threads": 8,
            "memoryBytes": 30 * GIB,
            "pool": "big",
        },
    ],
    "pools": {
        "dask": {"nodeSelector": {"role": "dask"}, "tolerations": [{"key": "spot"}]},
        "big": {"nodeSelector": {"role": "big"}, "tolerations": []},
    },
    "worker": "dask-8",
    "images": ["example.org/notebook:1", "example.org/torch:1"],
    "otherImages": r"^(?:example\.org/free/[A-Za-z0-9._/:@-]*)(?![\s\S])",
    "environment": {"SCRATCH_BUCKET": "s3://scratch/{user}", "GDAL_HTTP_MAX_RETRY": "5"},
}
