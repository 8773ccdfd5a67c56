"""Sign-in by the federation's issuer, the same at sites on Kubernetes and with a batch system."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.request import urlopen

from oauthenticator.generic import GenericOAuthenticator
from people import People, Unknown
from tornado import web

ENDPOINTS = {"authorize": "authorization", "token": "token", "userdata": "userinfo"}


class FederationSignIn(GenericOAuthenticator):
    """People of the federation, by its issuer."""

    people: ClassVar[People]

    def user_info_to_username(self, user_info: dict[str, Any]) -> str:
        """A person's id."""
        try:
            return self.people.user(user_info)
        except Unknown as error:
            raise web.HTTPError(403, str(error)) from error

    def normalize_username(self, username: str) -> str:
        """Ids are as they are: the same at every site."""
        return username

    async def update_auth_model(self, auth_model: dict[str, Any]) -> dict[str, Any]:
        """Whom the list of admins no longer has is none any more."""
        return {**auth_model, "admin": auth_model["name"] in self.admin_users}


def by_issuer(c: Any, told: Mapping[str, Any]) -> None:  # noqa: ANN401 - traitlets' configuration
    """Configures whom a hub asks: CILogon, or another issuer by its discovery document.

    :raises RuntimeError: when the issuer of sign-ins does not answer
    """
    # Its own check knows what `everyone` means: whom an institution of the federation vouches for.
    c.Authenticator.allow_all = False
    c.GenericOAuthenticator.login_service = told["title"]
    c.GenericOAuthenticator.username_claim = "sub"
    c.GenericOAuthenticator.scope = ["openid", "email", "profile"]
    if told["cilogon"]:
        issuer = told["issuer"]
        endpoints = {"authorize": f"{issuer}/authorize", "token": f"{issuer}/oauth2/token"}
        endpoints["userdata"] = f"{issuer}/oauth2/userinfo"
        c.GenericOAuthenticator.scope.append("org.cilogon.userinfo")
        # Its list of institutions shows these only.
        entities = [known["entity"] for known in told["institutions"].values()]
        c.GenericOAuthenticator.extra_authorize_params = {"selected_idp": ",".join(entities)}
    else:
        endpoints = discovered(told["issuer"])
    c.GenericOAuthenticator.authorize_url = endpoints["authorize"]
    c.GenericOAuthenticator.token_url = endpoints["token"]
    c.GenericOAuthenticator.userdata_url = endpoints["userdata"]


def discovered(issuer: str) -> dict[str, str]:
    """Endpoints of an OpenID Connect issuer, from its discovery document.

    :raises RuntimeError: when it does not answer, or as another
    """
    place = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        with urlopen(place, timeout=30) as answer:
            document = json.load(answer)
        found = {name: document[f"{key}_endpoint"] for name, key in ENDPOINTS.items()}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RuntimeError(f"nobody can sign in: {place} is no discovery document: {error!r}") from error
    if document.get("issuer", "").rstrip("/") != issuer.rstrip("/"):
        raise RuntimeError(f"nobody can sign in: {place} is of another issuer, {document.get('issuer')}")
    return found
