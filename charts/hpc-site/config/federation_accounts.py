"""Sign-in by the federation where jobs are Unix users'.

A person is the account that a table names, or the one that they proved to be theirs.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from account_links import AccountLinks, number_of
from federation_sign_in import FederationSignIn, by_issuer
from hub_site import ROOT
from jupyterhub.handlers import BaseHandler
from jupyterhub.utils import new_token, url_path_join
from oauthenticator.oauth2 import OAuthCallbackHandler
from people import People
from tornado import web
from tornado.httputil import url_concat
from unix_accounts import UnixAccounts

COOKIE = "isthmus-person"
COOKIE_DAYS = 10 / 1440
PAGE = "link-account"
TRIES, PAUSE_SECONDS = 5, 600.0
LONGEST_NEXT = 1000


class NoAccount(web.HTTPError):
    """A person whose account nobody has told."""

    def __init__(self, person: str) -> None:
        """With the page's words."""
        super().__init__(403, f"This centre does not know which account here is that of {person}.".replace("%", "%%"))
        self.person = person


class Attempts:
    """Wrong passwords by person: whoever an institution vouches for may try, and not for ever."""

    def __init__(self) -> None:
        """Nobody has tried yet."""
        self._tried: dict[str, list[float]] = {}

    def spent(self, person: str) -> bool:
        """Whether a person has had all tries of the last minutes."""
        now = time.monotonic()
        self._tried = {
            who: recent
            for who, times in self._tried.items()
            if (recent := [at for at in times if now - at < PAUSE_SECONDS])
        }
        return len(self._tried.get(person, [])) >= TRIES

    def failed(self, person: str) -> None:
        """Counts a wrong password."""
        self._tried.setdefault(person, []).append(time.monotonic())


class Callback(OAuthCallbackHandler):
    """Where the issuer sends people back to: who has no account yet may prove which one it is."""

    async def get(self) -> None:
        """Signs in, or asks for the account."""
        try:
            await super().get()
        except NoAccount as error:
            if not self.authenticator.asks:
                raise
            own = {"httponly": True, "samesite": "Lax", "secure": self.request.protocol == "https"}
            base = self.hub.base_url
            # With the browser's own token: a cookie that somebody else put there names nobody.
            wanted = self.get_next_url()
            # A browser drops a cookie that is too long.
            known = [error.person, wanted if len(wanted) <= LONGEST_NEXT else ""]
            value = json.dumps([self._xsrf_token_id.decode("latin-1"), *known])
            self.set_secure_cookie(COOKIE, value, expires_days=COOKIE_DAYS, path=base, **own)
            self.redirect(url_path_join(base, PAGE))


class LinkAccount(BaseHandler):
    """Asks a person whom the issuer has just named for their account's password, once."""

    def _asked(self) -> tuple[str, str]:
        """Who is asked, and where they wanted to go."""
        value = self.get_secure_cookie(COOKIE, max_age_days=COOKIE_DAYS)
        browser, person, *rest = json.loads(value) if value else (None, "")
        if browser != self._xsrf_token_id.decode("latin-1"):
            raise web.HTTPError(403, "Sign in first: what the sign-in said is known for ten minutes.")
        return str(person), str(rest[0]) if rest else ""

    async def _page(self, status: int = 200, account: str = "") -> None:
        self.set_status(status)
        self.finish(await self.render_template(f"{PAGE}.html", person=self._asked()[0], account=account))

    async def get(self) -> None:
        """The form."""
        await self._page()

    async def post(self) -> None:
        """Remembers the account whose password it is, and signs the person in anew."""
        (person, wanted), account = self._asked(), self.get_body_argument("username", strip=True)
        password = self.get_body_argument("password", strip=False)
        signing = self.authenticator
        if signing.attempts.spent(person):
            raise web.HTTPError(429, "Too many passwords were wrong: try again in ten minutes.")
        # Of accounts that the hub is not for nothing is asked, nor told.
        known = signing.may(account)
        proved = await signing.pam.authenticate(self, {"username": account, "password": password}) if known else None
        if proved is None:
            signing.attempts.failed(person)
            self.log.warning("%s did not prove to be %r", person, account[:32])
            await self._page(403, account)
            return
        signing.links.link(person, proved)
        self.log.info("%s is %s: proved by its password", person, proved)
        self.clear_cookie(COOKIE, path=self.hub.base_url)
        # Its home is where one is who wanted nowhere: then the sign-in leads on as ever.
        there = {} if wanted in ("", url_path_join(self.hub.base_url, "home")) else {"next": wanted}
        self.redirect(url_concat(signing.login_url(self.hub.base_url), there))


class FederationAccounts(FederationSignIn):
    """People of the federation, as Unix users of the machine."""

    callback_handler = Callback

    accounts: ClassVar[Mapping[str, str]]
    allow: ClassVar[Mapping[str, Any]]
    secret: ClassVar[Path]
    links: ClassVar[AccountLinks]
    asks: ClassVar[bool] = False
    """Whether people may prove accounts that the table does not name."""
    attempts: ClassVar[Attempts] = Attempts()

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - traitlets'
        """What is known of the machine's accounts; PAM is asked for those that are not told."""
        super().__init__(**kwargs)
        self.pam = UnixAccounts(parent=self)

    def get_handlers(self, app: Any) -> list[tuple[str, type]]:  # noqa: ANN401 - JupyterHub's
        """With the page that asks for an account."""
        more = [(f"/{PAGE}", LinkAccount)] if self.asks else []
        return [*super().get_handlers(app), *more]

    def build_access_tokens_request_params(self, handler: Any, data: Any = None) -> dict[str, Any]:  # noqa: ANN401
        """With the secret as it is now: one that was renewed is in use at once."""
        self.client_secret = self.secret.read_text("utf-8").strip()
        params: dict[str, Any] = super().build_access_tokens_request_params(handler, data)
        return params

    def user_info_to_username(self, user_info: dict[str, Any]) -> str:
        """The account of the person whom the issuer names."""
        person = super().user_info_to_username(user_info)
        account = self.account_of(person)
        if account is None:
            raise NoAccount(person)
        why = self.pam.refusal(account)
        if why:
            self.log.warning("sign-in of %s as %s refused: %s", person, account, why)
            raise web.HTTPError(403, f"{person} cannot sign in as {account}: {why}".replace("%", "%%"))
        self.log.info("%s signs in as %s", person, account)
        self.links.saw(person, account)
        return account

    def account_of(self, person: str) -> str | None:
        """The account that the table names, else the one that was proved, while the hub is for it."""
        if person in self.accounts or not self.asks:
            return self.accounts.get(person)
        proved = self.links.account_of(person)
        return proved if proved and self.may(proved) and not self.pam.refusal(proved) else None

    async def check_allowed(self, username: str, _auth_model: dict[str, Any] | None) -> bool:
        """Whether the hub lets an account in."""
        return self.may(username)

    def may(self, account: str) -> bool:
        """Whether an account is one that the hub is for."""
        if self.allow.get("everyone") or account in {*self.allow.get("users", []), *self.admin_users}:
            return True
        return number_of(account) is not None and bool(self.pam.check_allowed_groups(account))

    async def refresh_user(self, user: Any, _handler: Any = None, **_: Any) -> bool | dict[str, Any]:  # noqa: ANN401
        """Whose account is not theirs any more, or not let in, is signed out within minutes, with all their tokens.

        An account may be several people's, and nothing tells whose a session is: all of them sign in anew. Who is no
        admin any more is none from then on.
        """
        name, number = user.name, number_of(user.name)
        people = self.links.seen(name)
        theirs = all(uid == number and self.account_of(person) == name for person, uid in people)
        if people and theirs and not self.pam.refusal(name) and self.may(name):
            return {"name": name, "admin": name in self.admin_users}
        sign_out(user)
        self.links.forget(name)
        return False


def sign_out(user: Any) -> None:  # noqa: ANN401 - JupyterHub's
    """Ends a user's sessions and tokens, which would come back to life for the next one of that name."""
    user.orm_user.cookie_id = new_token()
    for token in list(user.orm_user.api_tokens):
        user.db.delete(token)
    user.db.commit()


def sign_in(c: Any, site: Mapping[str, Any]) -> None:  # noqa: ANN401 - traitlets' configuration
    """Configures a hub's sign-in from its site.json.

    :raises RuntimeError: when the issuer of sign-ins does not answer
    """
    told = site["auth"]
    FederationAccounts.people = People({**told, "groups": {}})
    FederationAccounts.accounts = told["accounts"]
    FederationAccounts.allow = site["allow"]
    FederationAccounts.secret = Path(told["secretFile"])
    FederationAccounts.links = AccountLinks(ROOT / "state" / site["hub"] / "accounts.sqlite")
    FederationAccounts.asks = "service" in told
    if FederationAccounts.asks:
        c.UnixAccounts.service = told["service"]
    c.UnixAccounts.minimum_uid = told["minimumUid"]
    c.UnixAccounts.allowed_groups = set(site["allow"].get("unixGroups", []))
    c.OAuthenticator.client_id = told["clientId"]
    c.OAuthenticator.oauth_callback_url = f"{site['url']}{site['basePath']}hub/oauth_callback"
    by_issuer(c, told)
    c.JupyterHub.authenticator_class = FederationAccounts
