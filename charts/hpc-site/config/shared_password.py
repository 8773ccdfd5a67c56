"""Sign-in by a shared password, the same at sites on one machine and on Kubernetes."""

from __future__ import annotations

from typing import Any

from jupyterhub.authenticators.shared import SharedPasswordAuthenticator


class SharedPassword(SharedPasswordAuthenticator):
    """Who has a hub's password, by the name that they choose."""

    async def authenticate(self, handler: Any, data: dict[str, str]) -> dict[str, Any] | None:  # noqa: ANN401
        """`Teacher` is `teacher`, who needs the admins' password: JupyterHub compares names as they were typed."""
        return await super().authenticate(handler, {**data, "username": self.normalize_username(data["username"])})
