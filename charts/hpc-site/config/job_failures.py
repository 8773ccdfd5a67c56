"""Why a user gets no server in a job: each with what the hub shows on the page and tells its API."""

from __future__ import annotations

from tornado import web


class NotSubmitted(web.HTTPError):
    """A job that the batch system does not take, with its own reason on the page and in the hub's API."""

    def __init__(self, reason: str) -> None:
        self.jupyterhub_message = f"the batch system does not take your job: {reason}"
        super().__init__(502, self.jupyterhub_message)


class NotRun(web.HTTPError):
    """A user for whom the hub's account may not submit jobs, with who can change that."""

    def __init__(self, reason: str) -> None:
        self.jupyterhub_message = f"no job is submitted for you: {reason}"
        super().__init__(403, self.jupyterhub_message)


class NoHome(web.HTTPError):
    """A home that its user cannot write to, with the reason on the page and in the hub's API."""

    def __init__(self, reason: str) -> None:
        self.jupyterhub_message = f"no server can work in your home directory: {reason}"
        super().__init__(507, self.jupyterhub_message)


class NoStorage(web.HTTPError):
    """A user without an account at the site's S3 endpoint, with the reason on the page and in the hub's API."""

    def __init__(self, reason: str) -> None:
        self.jupyterhub_message = f"your server would have no access to the site's buckets: {reason}"
        super().__init__(503, self.jupyterhub_message)


class NotStarted(web.HTTPError):
    """A job that was taken and whose server never answered, with the reason on the page and in the hub's API."""

    def __init__(self, reason: str) -> None:
        self.jupyterhub_message = reason
        super().__init__(504, reason)


class NotCharged(web.HTTPError):
    """An account that is not the user's, or that Slurm's accounting cannot be asked about."""

    def __init__(self, reason: str) -> None:
        self.jupyterhub_message = reason
        super().__init__(403, reason)
