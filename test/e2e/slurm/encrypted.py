"""What a notebook finds where hub and jobs speak TLS: whom it asks, and that nothing of its key is on a disk."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from dask_gateway import Gateway
from IPython.display import display

own = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
cluster = Gateway().new_cluster()
cluster.scale(1)
client = cluster.get_client()
client.wait_for_workers(1, timeout=90)
result = {
    "scheme": own.scheme,
    "port": own.port,
    "hub": os.environ["JUPYTERHUB_API_URL"],
    "sum": client.submit(sum, [1, 2]).result(timeout=60),
    "gateway": sorted(set(client.run(lambda: os.environ["DASK_GATEWAY_API_URL"]).values())),
}
cluster.shutdown()
files = [path for path in Path.home().rglob("*") if path.is_file()]
result["keys"] = [path.name for path in files if b"PRIVATE KEY" in path.read_bytes()]
display({"application/vnd.isthmus+json": result}, raw=True)
