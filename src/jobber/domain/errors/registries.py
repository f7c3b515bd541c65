"""Registries that refuse, or can't be asked."""

from __future__ import annotations

from jobber.domain.errors.base import JobberError


class RegistryFailed(JobberError):
    """A registry that could not be asked about an image."""

    def __init__(self, reference: str, *, why: str, hint: str | None = None) -> None:
        super().__init__(f"can't read {reference} from its registry: {why}", hint=hint)
        self.reference = reference
        self.why = why


class PullRefused(JobberError):
    """The registry, or the way to it, refused a pull."""

    def __init__(self, reference: str, *, why: str, remedy: str | None = None) -> None:
        offline = "--pull missing uses the local image if there is one, --pull never never asks the registry"
        super().__init__(f"{reference} could not be pulled: {why}", hint=f"{remedy}; {offline}" if remedy else offline)
        self.reference = reference
        self.why = why


class PullUnauthorized(PullRefused):
    """The registry wants to know who pulls, or doesn't take the credentials."""


class PullLoginExpired(PullUnauthorized):
    """The registry takes the token that pulls no more."""


class PushRefused(JobberError):
    """The registry, or the way to it, refused a push; the image is there with its tags."""

    def __init__(self, reference: str, *, why: str, remedy: str | None = None) -> None:
        repeat = f"the image is there: push it with `jobber push {reference}`, or pass --no-push"
        super().__init__(f"{reference} could not be pushed: {why}", hint=f"{remedy}; {repeat}" if remedy else repeat)
        self.remedy = remedy
        self.reference = reference
        self.why = why


class PushedImageMissing(PushRefused):
    """An image to push that the engine doesn't have."""

    def __init__(self, reference: str, *, why: str) -> None:
        super().__init__(reference, why=why)
        self.remedy = self.hint = "build it first, or look for its name and tag in what `docker images` lists"


class PushUnauthorized(PushRefused):
    """The registry wants to know who pushes, or doesn't take the credentials."""


class PushLoginExpired(PushUnauthorized):
    """The registry takes the token that pushes no more."""
