"""Lists by tags of what MiniStack 1.5.33 keeps and its tagging API leaves out: parts of networks, disks, policies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import fake_dlm
from ministack.services import ec2, tagging

Tags = list[dict[str, Any]]

# How the number of each begins, and what AWS calls it in an ARN.
kinds = {
    "vpc": "vpc",
    "subnet": "subnet",
    "rtb": "route-table",
    "igw": "internet-gateway",
    "nat": "natgateway",
    "eipalloc": "elastic-ip",
    "vpce": "vpc-endpoint",
    "sg": "security-group",
    "vol": "volume",
    "lt": "launch-template",
}


def place(service: str) -> str:
    return f"arn:aws:{service}:{os.environ['MINISTACK_REGION']}:{os.environ['MINISTACK_ACCOUNT_ID']}"


def of_ec2() -> Iterator[tuple[str, Tags]]:
    """Also those that are gone, as AWS does for some time."""
    for one, tags in ec2._tags.items():
        kind = kinds.get(one.split("-")[0])
        if kind is not None:
            yield f"{place('ec2')}:{kind}/{one}", tags


def of_dlm() -> Iterator[tuple[str, Tags]]:
    for policy in fake_dlm.policies.values():
        yield policy["PolicyArn"], [{"Key": key, "Value": value} for key, value in policy["Tags"].items()]


def correct_tagging() -> None:
    tagging._COLLECTORS.update({"ec2": of_ec2, "dlm": of_dlm})
