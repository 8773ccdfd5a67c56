"""What a user is told whose Dask cluster the batch system does not take, and what is left of it."""

from pathlib import Path

from dask_gateway import Gateway
from IPython.display import display

gateway = Gateway()
refused = ""
try:
    gateway.new_cluster()
except Exception as error:
    refused = f"{type(error).__name__}: {error}"
clusters = [cluster.name for cluster in gateway.list_clusters()]
staging = [path.name for path in (Path.home() / ".dask-gateway").glob("*")]
display({"application/vnd.isthmus+json": {"refused": refused, "clusters": clusters, "staging": staging}}, raw=True)
