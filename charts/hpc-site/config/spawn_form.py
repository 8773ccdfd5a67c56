"""The form in which a user chooses what a server is to be."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any


def options_form(profiles: Sequence[Mapping[str, Any]], accounts: Sequence[str] | None = None, why: str = "") -> str:
    """The profiles, and the accounts where those are to be chosen; empty where there is no choice.

    :param accounts: those that the user may charge; None where the site chooses
    :param why: why they are not known
    """
    if len(profiles) < 2 and accounts is None:
        return ""
    choices = [_profile(profile) for profile in profiles] if len(profiles) > 1 else []
    return "\n".join([*choices, *([] if accounts is None else [_accounts(accounts, why)])])


def lost_note(lost: str) -> str:
    """How the user's last job was lost, above the form."""
    return f'<div class="alert alert-warning">{html.escape(lost)}</div>\n' if lost else ""


def options_from_form(formdata: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What was chosen; nothing of what was left as it is."""
    told = {name: formdata.get(name, [""])[0] for name in ("profile", "account")}
    return {name: value for name, value in told.items() if value}


def _profile(profile: Mapping[str, Any]) -> str:
    checked = " checked" if profile.get("default") else ""
    title, about = html.escape(profile["title"]), html.escape(profile.get("description", ""))
    label = f"<strong>{title}</strong>" + (f"<br>{about}" if about else "")
    return (
        '<div class="form-check mb-3">'
        f'<input class="form-check-input" type="radio" name="profile" id="profile-{profile["id"]}"'
        f' value="{profile["id"]}"{checked}>'
        f'<label class="form-check-label" for="profile-{profile["id"]}">{label}</label>'
        "</div>"
    )


def _accounts(accounts: Sequence[str], why: str) -> str:
    names = ["", *accounts]
    named = "".join(f'<option value="{html.escape(n)}">{html.escape(n) or "your default"}</option>' for n in names)
    note = f'<div class="form-text">{html.escape(why)}</div>' if why else ""
    return (
        '<div class="mb-3">'
        '<label class="form-label" for="account">Charged to</label>'
        f'<select class="form-select" name="account" id="account">{named}</select>'
        f"{note}</div>"
    )
