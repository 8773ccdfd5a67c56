"""What EKS does and MiniStack 1.5.33 does not: without it a second plan is not empty, or a mistake goes unseen."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from ministack.services import autoscaling, ec2, eks

Answer = tuple[int, dict[str, str], bytes]
Body = dict[str, Any]

updates: dict[str, Body] = {}


def answered(name: str, fix: Callable[..., Body]) -> None:
    """Where the handler of that name succeeds, the answer is what `fix` makes of its arguments."""
    original = getattr(eks, name)

    def corrected(*args: Any) -> Answer:  # noqa: ANN401 - a handler's own
        answer = original(*args)
        return eks._json_resp(200, fix(*args)) if answer[0] == 200 else answer

    setattr(eks, name, corrected)


def kept(record: Body, body: Body, *fields: str) -> None:
    record.update({field: body[field] for field in fields if field in body})


def cluster_created(body: Body, *_: object) -> Body:
    """
    The support that a version gets is dropped: it would be set again at each apply. Its network is made up, and the
    issuer of its tokens is MiniStack's own, without TLS, which IAM knows no providers of.
    """
    cluster = eks._clusters[body["name"]]
    kept(cluster, body, "upgradePolicy")
    [first, *_] = body["resourcesVpcConfig"]["subnetIds"]
    cluster["resourcesVpcConfig"]["vpcId"] = ec2._subnets[first]["VpcId"]
    issuer = cluster["identity"]["oidc"]
    issuer["issuer"] = (
        f"https://oidc.eks.{cluster['arn'].split(':')[3]}.amazonaws.com/id/{issuer['issuer'].rsplit('/')[-1]}"
    )
    return {"cluster": eks._sanitize(cluster)}


def named(template: Body) -> Body:
    """EKS answers with both, whichever of them was given."""
    return {**template, "name": ec2._launch_templates[template["id"]]["LaunchTemplateName"]}


def group_created(cluster: str, body: Body) -> Body:
    """The launch template and how machines are updated and repaired are dropped; a disk's size is made up."""
    group = eks._nodegroups[f"{cluster}/{body['nodegroupName']}"]
    kept(group, body, "updateConfig", "nodeRepairConfig")
    group["releaseVersion"] = group["releaseVersion"] or f"{group['version']}.0-20260101"
    group["resources"].pop("remoteAccessSecurityGroup", None)  # made only for a key that was asked for
    if "launchTemplate" in body:
        group["launchTemplate"] = named(body["launchTemplate"])
        group.pop("diskSize", None)
    return {"nodegroup": group}


def associate(cluster: str, addon: Body, wanted: list[Body]) -> None:
    """An add-on's identities are associations of their own that take the place of those it had; it answers ARNs."""
    for key, one in list(eks._pod_identity_associations.items()):
        if one["associationArn"] in addon["podIdentityAssociations"]:
            eks._delete_pod_identity_association(*key.split("\x00"))
    answers = [eks._create_pod_identity_association(cluster, {"namespace": "kube-system", **one}) for one in wanted]
    made = [json.loads(body)["association"] for _, _, body in answers]
    addon["podIdentityAssociations"] = [one["associationArn"] for one in made]
    for one in made:
        eks._pod_identity_associations[f"{cluster}\x00{one['associationId']}"]["ownerArn"] = addon["addonArn"]


def addon_created(cluster: str, body: Body) -> Body:
    addon = eks._addons[f"{cluster}/{body['addonName']}"]
    addon["podIdentityAssociations"] = []
    associate(cluster, addon, body.get("podIdentityAssociations", []))
    return {"addon": addon}


def correct_addon_end() -> None:
    """An add-on's identities go with it."""
    original = eks._delete_addon

    def deleted(cluster: str, name: str) -> Answer:
        if addon := eks._addons.get(f"{cluster}/{name}"):
            associate(cluster, addon, [])
        return original(cluster, name)

    eks._delete_addon = deleted


def correct_cluster_end() -> None:
    """EKS refuses to delete a cluster that has nodes."""
    original = eks._delete_cluster

    def deleted(name: str) -> Answer:
        if any(key.startswith(f"{name}/") for key in eks._nodegroups):
            return eks._error(409, "ResourceInUseException", "Cluster has nodegroups attached")
        return original(name)

    eks._delete_cluster = deleted


def update(kind: str) -> Answer:
    one = {"id": eks.new_uuid(), "status": "Successful", "type": kind, "createdAt": eks._now(), "errors": []}
    updates[one["id"]] = one
    return eks._json_resp(200, {"update": one})


def update_cluster(name: str, body: Body) -> Answer:
    cluster = eks._clusters[name]
    cluster["resourcesVpcConfig"].update(body.get("resourcesVpcConfig", {}))
    kept(cluster, body, "logging", "upgradePolicy", "accessConfig")
    return update("ConfigUpdate")


def update_group(cluster: str, name: str, body: Body) -> Answer:
    group = eks._nodegroups[f"{cluster}/{name}"]
    group["scalingConfig"].update(body.get("scalingConfig", {}))
    kept(group, body, "updateConfig", "nodeRepairConfig")
    labels = body.get("labels", {})
    group["labels"].update(labels.get("addOrUpdateLabels", {}))
    for key in labels.get("removeLabels", []):
        group["labels"].pop(key, None)
    taints = body.get("taints", {})
    changed = taints.get("addOrUpdateTaints", [])
    gone = {(one["key"], one["effect"]) for one in [*changed, *taints.get("removeTaints", [])]}
    group["taints"] = [one for one in group["taints"] if (one["key"], one["effect"]) not in gone] + changed
    return update("ConfigUpdate")


def update_group_version(cluster: str, name: str, body: Body) -> Answer:
    group = eks._nodegroups[f"{cluster}/{name}"]
    kept(group, body, "version", "releaseVersion")
    if "launchTemplate" in body:
        group["launchTemplate"] = named(body["launchTemplate"])
    return update("VersionUpdate")


def update_cluster_version(name: str, body: Body) -> Answer:
    kept(eks._clusters[name], body, "version")
    return update("VersionUpdate")


def described(_name: str, update_id: str, _body: Body) -> Answer:
    # Of add-ons MiniStack answers updates that it does not keep.
    return eks._json_resp(200, {"update": updates.get(update_id, {"id": update_id, "status": "Successful"})})


# Routes that MiniStack does not have.
routes: list[tuple[str, str, Callable[..., Answer]]] = [
    ("POST", r"/clusters/([^/]+)/update-config", update_cluster),
    ("POST", r"/clusters/([^/]+)/updates", update_cluster_version),
    ("GET", r"/clusters/([^/]+)/updates/([^/]+)", described),
    ("POST", r"/clusters/([^/]+)/node-groups/([^/]+)/update-config", update_group),
    ("POST", r"/clusters/([^/]+)/node-groups/([^/]+)/update-version", update_group_version),
]


def correct_routes() -> None:
    original = eks._handle_request_sync

    def handled(method: str, path: str, headers: Body, body: bytes, query: Body) -> Answer:
        for wanted, pattern, handler in routes:
            match = re.fullmatch(pattern, path)
            if match and method == wanted:
                try:
                    return handler(*match.groups(), json.loads(body or b"{}"))
                except KeyError as missing:
                    return eks._error(404, "ResourceNotFoundException", f"there is no {missing}")
        return original(method, path, headers, body, query)

    eks._handle_request_sync = handled


def correct_eks() -> None:
    answered("_create_cluster", cluster_created)
    answered("_create_nodegroup", group_created)
    answered("_create_addon", addon_created)
    correct_addon_end()
    correct_cluster_end()
    correct_routes()


def members(params: Body, name: str) -> list[str]:
    found = []
    while value := autoscaling._p(params, f"{name}.member.{len(found) + 1}"):
        found.append(value)
    return found


def described_tags(params: Body) -> Answer:
    """Filters are ignored: the provider would take another group's tag for its own."""
    wanted: dict[str, list[str]] = {}
    while name := autoscaling._p(params, f"Filters.member.{len(wanted) + 1}.Name"):
        wanted[name] = members(params, f"Filters.member.{len(wanted) + 1}.Values")
    fields = {"auto-scaling-group": "ResourceId", "key": "Key", "value": "Value"}
    tags = [
        tag
        for group in autoscaling._tags.values()
        for tag in group
        if all(tag[fields[name]] in values for name, values in wanted.items())
    ]
    found = "".join(f"<member>{tag_xml(tag)}</member>" for tag in tags)
    result = f"<DescribeTagsResult><Tags>{found}</Tags></DescribeTagsResult>"
    return autoscaling._xml(200, "DescribeTagsResponse", result)


def tag_xml(tag: Body) -> str:
    names = ("Key", "Value", "ResourceId", "ResourceType")
    propagates = str(tag["PropagateAtLaunch"]).lower()
    return "".join(f"<{name}>{escape(tag[name])}</{name}>" for name in names) + (
        f"<PropagateAtLaunch>{propagates}</PropagateAtLaunch>"
    )


def correct_autoscaling() -> None:
    autoscaling._ACTION_MAP["DescribeTags"] = described_tags
