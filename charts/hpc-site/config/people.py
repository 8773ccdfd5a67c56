"""Who a person of the federation is: (institution, claim), never a bare e-mail address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class Unknown(Exception):
    """A person whom nobody of the federation vouches for."""


class People:
    """What the federation knows of people whom its issuer names by claims."""

    def __init__(self, federation: Mapping[str, Any]) -> None:
        """From `signIn` of hub.json: the issuer, its institutions by id, and groups."""
        self.issuer: str = federation["issuer"]
        self.institutions: dict[str, dict[str, str]] = dict(federation["institutions"])
        self.group_rules: dict[str, dict[str, Any]] = dict(federation["groups"])

    def institution(self, claims: Mapping[str, Any]) -> str:
        """The id of the institution that vouches. An issuer that names none is one itself.

        :raises Unknown: for another institution
        """
        entity = claims.get("idp") or self.issuer
        for idp, known in self.institutions.items():
            if known["entity"] == entity:
                return idp
        raise Unknown(f"{entity} is no institution of this federation")

    def user(self, claims: Mapping[str, Any]) -> str:
        """A person's id: `<claim>@<idp>`. The claim's own scope goes where it is the institution's; another one stays.

        :raises Unknown: for another institution, or without the claim
        """
        idp = self.institution(claims)
        claim = self.institutions[idp]["claim"]
        value = claims.get(claim)
        if not isinstance(value, str) or not value.strip():
            raise Unknown(f"{idp} does not say who you are: it sent no {claim}")
        # All name people whatever the case, but the issuer's own subject.
        name = value.strip() if claim == "sub" else value.strip().lower()
        return name.removesuffix(f"@{idp}") + f"@{idp}"

    def groups(self, claims: Mapping[str, Any]) -> set[str]:
        """The federation's groups of a person."""
        user = self.user(claims)
        return {group for group, rule in self.group_rules.items() if belongs(rule, user, claims)}

    def may(self, allow: Mapping[str, Any], claims: Mapping[str, Any]) -> bool:
        """Whether a hub's `allow` lets a person in."""
        if allow.get("everyone"):
            return True
        idp = self.institution(claims)
        return (
            idp in allow["idps"]
            or self.user(claims) in allow["users"]
            or not self.groups(claims).isdisjoint(allow["groups"])
            or vouched_domain(claims, idp) in allow["domains"]
        )


def belongs(rule: Mapping[str, Any], user: str, claims: Mapping[str, Any]) -> bool:
    """Whether a group's rule has a person: by a claim's value, or by a list of users."""
    if "users" in rule:
        users: Sequence[str] = rule["users"]
        return user in users
    value = claims.get(rule["claim"])
    return rule["value"] in value if isinstance(value, list) else rule["value"] == value


def vouched_domain(claims: Mapping[str, Any], idp: str) -> str | None:
    """The domain of a person's address, if the institution may vouch for it: its own, or one below."""
    address = claims.get("email")
    if not isinstance(address, str) or claims.get("email_verified") in (False, "false"):
        return None
    domain = address.rpartition("@")[2].lower()
    return domain if domain == idp or domain.endswith(f".{idp}") else None
