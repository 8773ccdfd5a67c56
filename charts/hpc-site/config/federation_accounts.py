"""Sign-in by the federation where jobs are Unix users'.

A person is the account that a table names, or the one that they proved to be theirs.
"""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from account_links import AccountLinks
from as_user import refusal
from federation_sign_in import FederationSignIn, by_issuer
from hub_site import ROOT
from jupyterhub.handlers import BaseHandler
from jupyterhub.utils import url_path_join
from oauthenticator.oauth2 import OAuthCallbackHandler
from people import People
from tornado import web
from traitlets import Integer
from unix_accounts import UnixAccounts

COOKIE = "isthmus-person"
COOKIE_DAYS = 10 / 1440
PAGE = "link-account"


class NoAccount(web.HTTPError):
    """A person whose account nobody has told."""

    def __init__(self, person: str) -> None:
        """With the page's words."""
        super().__init__(403, f"This centre does not know which account here is that of {person}.".replace("%", "%%"))
        self.person = person


class Callback(OAuthCallbackHandler):
    """Where the issuer sends people back to: who has no account yet may prove which one it is."""

    async def get(self) -> None:
        """Signs in, or asks for the account."""
        try:
            await super().get()
        except NoAccount as error:
            if self.authenticator.links is None:
                raise
            own = {"httponly": True, "samesite": "Lax", "secure": self.request.protocol == "https"}
            base = self.hub.base_url
            self.set_secure_cookie(COOKIE, error.person, expires_days=COOKIE_DAYS, path=base, **own)
            self.redirect(url_path_join(base, PAGE))


class LinkAccount(BaseHandler):
    """Asks a person whom the issuer has just named for their account's password, once."""

    def _person(self) -> str:
        value = self.get_secure_cookie(COOKIE, max_age_days=COOKIE_DAYS)
        if value is None:
            raise web.HTTPError(403, "Sign in first: what the sign-in said is known for ten minutes.")
        return value.decode()

    async def _page(self, status: int = 200, account: str = "") -> None:
        self.set_status(status)
        self.finish(await self.render_template(f"{PAGE}.html", person=self._person(), account=account))

    async def get(self) -> None:
        """The form."""
        await self._page()

    async def post(self) -> None:
        """Remembers the account whose password it is, and signs the person in anew."""
        person, account = self._person(), self.get_body_argument("username", strip=True)
        password = self.get_body_argument("password", strip=False)
        proved = await self.authenticator.pam.authenticate(self, {"username": account, "password": password})
        if proved is None:
            await self._page(403, account)
            return
        self.authenticator.links.link(person, proved)
        self.log.info("%s is %s: proved by its password", person, proved)
        self.clear_cookie(COOKIE, path=self.hub.base_url)
        self.redirect(self.authenticator.login_url(self.hub.base_url))


class FederationAccounts(FederationSignIn):
    """People of the federation, as Unix users of the machine."""

    callback_handler = Callback
    minimum_uid = Integer(1000, config=True, help="Accounts with a lower number are the system's.")

    accounts: ClassVar[Mapping[str, str]]
    allow: ClassVar[Mapping[str, Any]]
    secret: ClassVar[Path]
    links: ClassVar[AccountLinks | None] = None

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - traitlets'
        """PAM is asked for those whose accounts are not told."""
        super().__init__(**kwargs)
        self.pam = UnixAccounts(parent=self)

    def get_handlers(self, app: Any) -> list[tuple[str, type]]:  # noqa: ANN401 - JupyterHub's
        """With the page that asks for an account."""
        more = [] if self.links is None else [(f"/{PAGE}", LinkAccount)]
        return [*super().get_handlers(app), *more]

    def build_access_tokens_request_params(self, handler: Any, data: Any = None) -> dict[str, Any]:  # noqa: ANN401
        """With the secret as it is now: one that was renewed is in use at once."""
        self.client_secret = self.secret.read_text("utf-8").strip()
        params: dict[str, Any] = super().build_access_tokens_request_params(handler, data)
        return params

    def user_info_to_username(self, user_info: dict[str, Any]) -> str:
        """The account of the person whom the issuer names."""
        person = super().user_info_to_username(user_info)
        account = self.accounts.get(person) or (self.links.account_of(person) if self.links else None)
        if account is None:
            raise NoAccount(person)
        why = self.refusal(account)
        if why:
            self.log.warning("sign-in of %s as %s refused: %s", person, account, why)
            raise web.HTTPError(403, f"{person} cannot sign in as {account}: {why}".replace("%", "%%"))
        self.log.info("%s signs in as %s", person, account)
        return account

    def refusal(self, account: str) -> str:
        """Why an account may not sign in; empty where it may."""
        return refusal(account, account.lower(), self.minimum_uid)

    async def check_allowed(self, username: str, _auth_model: dict[str, Any] | None) -> bool:
        """Whether the hub lets an account in."""
        return self.may(username)

    def may(self, account: str) -> bool:
        """Whether an account is one that the hub is for."""
        if self.allow.get("everyone") or account in {*self.allow.get("users", []), *self.admin_users}:
            return True
        return any(in_group(account, group) for group in self.allow.get("unixGroups", []))

    async def refresh_user(self, user: Any, _handler: Any = None, **_: Any) -> bool:  # noqa: ANN401
        """Whose account is not theirs any more, or not let in, is signed out within minutes."""
        known = user.name in self.accounts.values() or (self.links is not None and self.links.has(user.name))
        return known and not self.refusal(user.name) and self.may(user.name)


def in_group(account: str, group: str) -> bool:
    """Whether an account of the machine is in a group of it; what does not exist is in none."""
    try:
        entry = pwd.getpwnam(account)
        return grp.getgrnam(group).gr_gid in os.getgrouplist(account, entry.pw_gid)
    except KeyError:
        return False


def sign_in(c: Any, site: Mapping[str, Any]) -> None:  # noqa: ANN401 - traitlets' configuration
    """Configures a hub's sign-in from its site.json.

    :raises RuntimeError: when the issuer of sign-ins does not answer
    """
    told = site["auth"]
    FederationAccounts.people = People({**told, "groups": {}})
    FederationAccounts.accounts = told["accounts"]
    FederationAccounts.allow = site["allow"]
    FederationAccounts.secret = Path(told["secretFile"])
    if "service" in told:
        FederationAccounts.links = AccountLinks(ROOT / "state" / site["hub"] / "accounts.sqlite")
        c.UnixAccounts.service = told["service"]
    c.UnixAccounts.minimum_uid = told["minimumUid"]
    c.FederationAccounts.minimum_uid = told["minimumUid"]
    c.OAuthenticator.client_id = told["clientId"]
    c.OAuthenticator.oauth_callback_url = f"{site['url']}{site['basePath']}hub/oauth_callback"
    by_issuer(c, told)
    c.JupyterHub.authenticator_class = FederationAccounts
