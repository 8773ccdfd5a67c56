"""Sign-in by the machine's own accounts: who has a job is the Unix user who signed in, and never the system's."""

from __future__ import annotations

from typing import Any

from as_user import refusal
from jupyterhub.auth import PAMAuthenticator
from traitlets import Integer


class UnixAccounts(PAMAuthenticator):
    """PAM, for accounts of people."""

    minimum_uid = Integer(1000, config=True, help="Accounts with a lower number are the system's.")

    async def authenticate(self, handler: Any, data: dict[str, str]) -> str | None:  # noqa: ANN401
        """Asks PAM, but not about accounts that may not sign in."""
        name = data["username"]
        why = self.refusal(name)
        if why:
            self.log.warning("sign-in of %r refused: %s", name[:32], why)
            return None
        user: str | None = await super().authenticate(handler, data)
        return user

    def refusal(self, account: str) -> str:
        """Why an account may not sign in, whatever its password; empty where it may."""
        return refusal(account, self.normalize_username(account), self.minimum_uid)
