"""Who may start what. The form shows only what its user may take, and the server asks again when it starts one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tornado import web

Profile = dict[str, Any]
ProfilesOf = Callable[[Any], list[Profile]]


class Refused(web.HTTPError):
    """A start that the hub refuses, with what it shows on the page and tells its API."""

    def __init__(self, status: int, message: str) -> None:
        """In words for who asked."""
        self.jupyterhub_message = message
        super().__init__(status, message)


def for_user(profiles: Sequence[Profile], allowed: Mapping[str, Mapping[str, Sequence[str]]]) -> ProfilesOf:
    """The profiles of a server's owner, as KubeSpawner asks for them: for the form, and for each start.

    :param allowed: who may take a profile, by its slug: groups and users. Any user may take those that are not in it.
    """

    def of_owner(spawner: Any) -> list[Profile]:  # noqa: ANN401 - a KubeSpawner
        groups = {group.name for group in spawner.user.groups}
        mine = [p for p in profiles if may_take(allowed.get(p["slug"]), spawner.user.name, groups)]
        if not mine:
            # KubeSpawner would start a server without any profile.
            raise Refused(403, "no profile of this hub is for you; ask the people who run it")
        if spawner.user_options and not spawner.user_options.get("profile"):
            # KubeSpawner checks no choice that comes without a profile, and applies it to the default one.
            default = next((p for p in mine if p.get("default")), mine[0])
            spawner.user_options = {**spawner.user_options, "profile": default["slug"]}
        return mine

    return of_owner


def may_take(who: Mapping[str, Sequence[str]] | None, user: str, groups: set[str]) -> bool:
    """Whether a user may take a profile."""
    return who is None or user in who["users"] or not groups.isdisjoint(who["groups"])


def checked(profiles_of: ProfilesOf) -> Callable[[Any, Any], None]:
    """Checks what a user asks for before anything starts: KubeSpawner would only tell the key that it does not find.

    :raises Refused: for what the hub does not offer this user
    """

    def check(spawner: Any, _options: Any) -> None:  # noqa: ANN401 - a KubeSpawner
        try:
            check_choices(profiles_of(spawner), spawner.user_options)
        except Refused:
            # The hub ends itself after some starts that fail in a row, and a wrong request is no failure of it.
            spawner.consecutive_failure_limit = 0
            raise

    return check


def check_choices(profiles: Sequence[Profile], options: Mapping[str, Any]) -> None:
    """Checks that a profile is one of these, and that it offers each choice.

    :raises Refused: with what was asked for, and what there is
    """
    slug = options.get("profile")
    if not slug:
        return
    profile = next((p for p in profiles if p["slug"] == slug), None)
    if profile is None:
        there = ", ".join(p["slug"] for p in profiles)
        raise Refused(400, f"there is no profile {shown(slug)} for you; there are {there}")
    for name, option in profile["profile_options"].items():
        check_choice(slug, name, option, options)


def check_choice(slug: str, name: str, option: Mapping[str, Any], options: Mapping[str, Any]) -> None:
    """Checks one choice: of the list, or what is written beside it where that is allowed.

    :raises Refused: for one that the profile does not offer
    """
    choices, unlisted = option["choices"], option.get("unlisted_choice")
    choice, written = options.get(name), options.get(f"{name}--unlisted-choice")
    if written:
        if unlisted is None:
            raise Refused(400, f"profile {slug} takes no other {name}; there are {', '.join(choices)}")
        if not isinstance(written, str) or not re.match(unlisted["validation_regex"], written):
            rule = unlisted["validation_message"]
            raise Refused(400, f"profile {slug} does not take {name} {shown(written)}: {rule}")
    elif choice and (not isinstance(choice, str) or choice not in choices):
        raise Refused(400, f"profile {slug} has no {name} {shown(choice)}; there are {', '.join(choices)}")


def shown(value: object) -> str:
    """What somebody sent, in a message of a line."""
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:97]}..."
