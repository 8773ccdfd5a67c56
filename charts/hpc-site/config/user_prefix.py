"""What stands for a user, the same at every site and in every program."""

from __future__ import annotations

import hashlib
import re


def user_prefix(user: str) -> str:
    """What stands for a user in directories and object keys, the same at every site.

    Simple names stay; any other becomes its simple characters (at most 40), `--` and eight digits of its sha256.
    """
    if re.fullmatch(r"[a-z][a-z0-9-]{0,30}", user) and "--" not in user:
        return user
    simple = re.sub(r"[^a-z0-9]+", "-", user.lower()).strip("-")[:40].rstrip("-")
    return f"{simple}--{hashlib.sha256(user.encode()).hexdigest()[:8]}"
