"""What MiniStack 1.5.33 does not tell of a network.

A NAT gateway's address, without which one that is imported would be made anew, and how a service is reached by its
endpoint, without which a second plan is not empty.
"""

from __future__ import annotations

import re
from typing import Any

from ministack.services import ec2

Answer = tuple[int, dict[str, str], bytes]
Params = dict[str, Any]
describe = ec2._describe_nat_gateways
create_endpoint = ec2._create_vpc_endpoint
endpoint_fields = ec2._vpce_fields_xml


def with_address(match: re.Match[str]) -> str:
    allocation = ec2._nat_gateways[match[2]]["AllocationId"]
    address = f"<item><allocationId>{allocation}</allocationId><isPrimary>true</isPrimary></item>"
    return f"{match[1]}<natGatewayAddressSet>{address}</natGatewayAddressSet>"


def described(params: Params) -> Answer:
    status, headers, body = describe(params)
    pattern = r"(<natGatewayId>([^<]+)(?:(?!<natGatewayId>).)*?)<natGatewayAddressSet/>"
    return status, headers, re.sub(pattern, with_address, body.decode(), flags=re.DOTALL).encode()


def endpoint_created(params: Params) -> Answer:
    before = set(ec2._vpc_endpoints)
    create_endpoint(params)
    [made] = set(ec2._vpc_endpoints) - before
    endpoint = ec2._vpc_endpoints[made]
    endpoint["PrivateDnsEnabled"] = ec2._p(params, "PrivateDnsEnabled") or "false"
    endpoint["Groups"] = ec2._parse_member_list(params, "SecurityGroupId")
    return ec2._xml(200, "CreateVpcEndpointResponse", told(endpoint, tag="vpcEndpoint"))


def told(endpoint: Params, tag: str = "item") -> str:
    groups = "".join(f"<item><groupId>{one}</groupId></item>" for one in endpoint.get("Groups", []))
    dns = endpoint.get("PrivateDnsEnabled", "false")
    more = f"<privateDnsEnabled>{dns}</privateDnsEnabled><groupSet>{groups}</groupSet></{tag}>"
    return endpoint_fields(endpoint, tag=tag).removesuffix(f"</{tag}>") + more


def correct_network() -> None:
    ec2._ACTION_MAP["DescribeNatGateways"] = described
    ec2._ACTION_MAP["CreateVpcEndpoint"] = endpoint_created
    ec2._vpce_fields_xml = told
