"""How people sign in to a hub: one function for each kind of `auth`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from federation_sign_in import FederationSignIn, by_issuer
from ltiauthenticator.lti13.auth import LTI13Authenticator
from oauthenticator.github import GitHubOAuthenticator
from oauthenticator.google import GoogleOAuthenticator
from people import People
from shared_password import SharedPassword

Config = Any
Secret = Callable[[str], str]


def sign_in(c: Config, hub: Mapping[str, Any], secret: Secret) -> None:
    """Configures the authenticator of hub.json.

    :param secret: the value of a secret by its name
    :raises RuntimeError: when the issuer of sign-ins does not answer
    """
    told, allow = hub["signIn"], hub["allow"]
    c.Authenticator.admin_users = set(hub["admins"])
    c.Authenticator.allow_all = bool(allow.get("everyone"))
    c.Authenticator.allowed_users = set(allow.get("users", []))
    # Whom the list no longer has is no longer let in.
    c.Authenticator.allow_existing_users = False
    if told["kind"] in ("federation", "github", "google"):
        c.OAuthenticator.client_id = told["clientId"]
        c.OAuthenticator.client_secret = secret("client-secret")
        c.OAuthenticator.oauth_callback_url = f"{hub['url']}hub/oauth_callback"
    KINDS[told["kind"]](c, hub, secret)


class FederationAuthenticator(FederationSignIn):
    """People of the federation, whom a hub lets in by institution, group, domain or name."""

    allow: ClassVar[Mapping[str, Any]]

    async def get_user_groups(self, auth_state: dict[str, Any]) -> set[str]:
        """The federation's groups of a person."""
        return self.people.groups(auth_state[self.user_auth_state_key])

    async def check_allowed(self, username: str, auth_model: dict[str, Any] | None) -> bool:
        """Whether the hub lets a person in."""
        if auth_model is None:
            return False
        claims = auth_model["auth_state"][self.user_auth_state_key]
        return bool(auth_model["admin"]) or self.people.may(self.allow, claims)


def federation(c: Config, hub: Mapping[str, Any], _secret: Secret) -> None:
    """CILogon, or another issuer by its discovery document."""
    told = hub["signIn"]
    FederationAuthenticator.people = People(told)
    FederationAuthenticator.allow = hub["allow"]
    c.JupyterHub.authenticator_class = FederationAuthenticator
    c.Authenticator.manage_groups = True
    by_issuer(c, told)


class GitHubPeople(GitHubOAuthenticator):
    """GitHub's users, with their teams as groups."""

    async def update_auth_model(self, auth_model: dict[str, Any]) -> dict[str, Any]:
        """Whom the list of admins no longer has is none any more."""
        model = await super().update_auth_model(auth_model)
        return {**model, "admin": model["name"] in self.admin_users}


def github(c: Config, hub: Mapping[str, Any], _secret: Secret) -> None:
    """Members of organisations and teams, or users. GitHub's names are the same in any case."""
    allow, told = hub["allow"], hub["signIn"]
    c.JupyterHub.authenticator_class = GitHubPeople
    c.GitHubOAuthenticator.allowed_organizations = {*allow.get("orgs", []), *allow.get("teams", [])}
    if told["organisations"]:
        c.GitHubOAuthenticator.scope = ["read:org"]
        c.GitHubOAuthenticator.populate_teams_in_auth_state = True
        c.Authenticator.manage_groups = True
        c.GitHubOAuthenticator.auth_state_groups_key = teams_of


def teams_of(auth_state: Mapping[str, Any]) -> list[str]:
    """Groups of a GitHub user: `<organisation>:<team>`, as in addresses."""
    return [f"{team['organization']['login']}:{team['slug']}".lower() for team in auth_state.get("teams", [])]


class GooglePeople(GoogleOAuthenticator):
    """Google accounts, by their e-mail addresses."""

    domains: ClassVar[frozenset[str]]

    async def update_auth_model(self, auth_model: dict[str, Any]) -> dict[str, Any]:
        """Whom the list of admins no longer has is none any more."""
        model = await super().update_auth_model(auth_model)
        return {**model, "admin": model["name"] in self.admin_users}

    async def check_allowed(self, username: str, auth_model: dict[str, Any] | None) -> bool:
        """A listed user, or an account that a domain's Workspace manages: an address alone says nothing of that."""
        if auth_model is None:
            return False
        if await super().check_allowed(username, auth_model):
            return True
        return auth_model["auth_state"][self.user_auth_state_key].get("hd") in self.domains


def google(c: Config, hub: Mapping[str, Any], _secret: Secret) -> None:
    """Accounts of domains, or users."""
    GooglePeople.domains = frozenset(hub["allow"].get("domains", []))
    c.JupyterHub.authenticator_class = GooglePeople
    c.GoogleOAuthenticator.strip_domain = False


class CoursePeople(LTI13Authenticator):
    """People whom a course platform sends, by what never changes of them."""

    def get_username(self, token: dict[str, Any]) -> str:
        """The platform's subject: addresses and names are what people write into their profile."""
        return f"lti-{token['sub']}"

    async def authenticate(self, handler: Any, data: dict[str, Any] | None = None) -> dict[str, Any]:  # noqa: ANN401
        """Who it is, and whether an admin."""
        model = await super().authenticate(handler, data)
        return {**model, "admin": self.normalize_username(model["name"]) in self.admin_users}


def lti(c: Config, hub: Mapping[str, Any], _secret: Secret) -> None:
    """People of a course platform (LTI 1.3)."""
    told = hub["signIn"]
    c.JupyterHub.authenticator_class = CoursePeople
    c.Authenticator.allowed_users = {*hub["allow"].get("users", []), *hub["admins"]}
    c.LTI13Authenticator.issuer = told["issuer"]
    c.LTI13Authenticator.client_id = {told["clientId"]}
    c.LTI13Authenticator.authorize_url = told["authorizeUrl"]
    c.LTI13Authenticator.jwks_endpoint = told["keysUrl"]
    c.LTI13Authenticator.uri_scheme = "https"


def shared_password(c: Config, hub: Mapping[str, Any], secret: Secret) -> None:
    """One password for all, another one for admins."""
    c.JupyterHub.authenticator_class = SharedPassword
    c.SharedPasswordAuthenticator.user_password = secret("password")
    if hub["signIn"]["adminPassword"]:
        c.SharedPasswordAuthenticator.admin_password = secret("admin-password")
    c.Authenticator.allowed_users = {*hub["allow"].get("users", []), *hub["admins"]}
    # No `@`: what users write lies where a person of the federation of that name has it.
    c.Authenticator.username_pattern = r"^[a-z0-9][a-z0-9._-]{0,63}$"


KINDS: dict[str, Callable[[Config, Mapping[str, Any], Secret], None]] = {
    "federation": federation,
    "github": github,
    "google": google,
    "lti": lti,
    "sharedPassword": shared_password,
}
