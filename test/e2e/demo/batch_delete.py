"""A publisher deletes many keys by one request, its own and another's: `isthmus run east batch_delete.py`."""

from __future__ import annotations

import json
import os

import botocore.session
from IPython.display import display

store = json.loads(os.environ["ISTHMUS_PUBLISH"])["hadcm3-e1-v2"]
bucket, _, path = store.removeprefix("s3://").partition("/")
client = botocore.session.get_session().create_client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
own, others = f"{path}/batch-delete", "batch-delete-elsewhere"
client.put_object(Bucket=bucket, Key=own, Body=b"mine")
told = client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": own}, {"Key": others}]})
result = {
    "deleted": [entry["Key"] == own for entry in told.get("Deleted", [])],
    "refused": {entry["Key"]: entry["Code"] for entry in told.get("Errors", [])},
}
display({"application/vnd.isthmus+json": result}, raw=True)
