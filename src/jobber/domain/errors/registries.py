"""Registries that refuse a request or can't be queried."""

from __future__ import annotations

from jobber.domain.errors.base import JobberError


class RegistryFailed(JobberError):
    """A registry that could not be queried about an image."""

    def __init__(self, reference: str, *, why: str, hint: str | None = None) -> None:
        super().__init__(f"can't read {reference} from its registry: {why}", hint=hint)
        self.reference = reference
        self.why = why


class PullRefused(JobberError):
    """A pull that failed at the registry or on the way to it."""

    def __init__(self, reference: str, *, why: str, remedy: str | None = None) -> None:
        offline = "--pull missing prefers a local image, --pull never does not contact the registry"
        super().__init__(f"{reference} could not be pulled: {why}", hint=f"{remedy}; {offline}" if remedy else offline)
        self.reference = reference
        self.why = why


class PullUnauthorized(PullRefused):
    """A registry that requires credentials for a pull, or rejects the given ones."""


class PullLoginExpired(PullUnauthorized):
    """A registry that no longer accepts the token used for a pull."""


class PushRefused(JobberError):
    """A push that failed at the registry or on the way to it.

    The image remains on the engine with its tags.
    """

    def __init__(self, reference: str, *, why: str, remedy: str | None = None) -> None:
        repeat = f"the image exists: push it with `jobber push {reference}`, or pass --no-push"
        super().__init__(f"{reference} could not be pushed: {why}", hint=f"{remedy}; {repeat}" if remedy else repeat)
        self.remedy = remedy
        self.reference = reference
        self.why = why


class PushedImageMissing(PushRefused):
    """An image to push that does not exist on the engine."""

    def __init__(self, reference: str, *, why: str) -> None:
        super().__init__(reference, why=why)
        self.remedy = self.hint = "build it first, or look up its name and tag with `docker images`"


class PushUnauthorized(PushRefused):
    """A registry that requires credentials for a push, or rejects the given ones."""


class PushLoginExpired(PushUnauthorized):
    """A registry that no longer accepts the token used for a push."""
