"""What a user is told who wants a Dask cluster with a home that is full."""

from pathlib import Path

from dask_gateway import Gateway
from IPython.display import display

filler = Path.home() / "filler"
refused = ""
with filler.open("wb", buffering=0) as stream:
    try:
        while True:
            stream.write(b"\0" * 4096)
    except OSError:
        pass
    try:
        Gateway().new_cluster()
    except Exception as error:
        refused = f"{type(error).__name__}: {error}"
    stream.truncate(0)
staging = [path.name for path in (Path.home() / ".dask-gateway").glob("*")]
display({"application/vnd.isthmus+json": {"refused": refused, "staging": staging}}, raw=True)
