"""What a server's token may do where ports are told: at batchspawner's own address it could set commands of the hub."""

import http.client
import json
import os
from urllib.parse import urlsplit

from IPython.display import display

api = urlsplit(os.environ["JUPYTERHUB_API_URL"])
own = os.environ["JUPYTERHUB_API_TOKEN"]


def posted(place: str, body: dict[str, object], token: str = own) -> int:
    """The status of the answer."""
    connection = http.client.HTTPConnection(api.hostname or "", api.port or 80, timeout=30)
    headers = {"Authorization": f"token {token}", "Content-Type": "application/json"}
    connection.request("POST", f"{api.path}/{place}", json.dumps(body), headers)
    return connection.getresponse().status


result = {
    "batchspawner": posted("batchspawner", {"batch_cancel_cmd": "id"}),
    "command": posted("notebook-port", {"batch_cancel_cmd": "id"}),
    "low": posted("notebook-port", {"port": 22}),
    "other": posted("notebook-port", {"port": 41000}, "of-nobody"),
}
display({"application/vnd.isthmus+json": result}, raw=True)
