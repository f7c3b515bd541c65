"""Answers of an engine that are errors, and have no class of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors import ContainerNotFound, EngineFailed

if TYPE_CHECKING:
    from jobber.adapters.wire import Response
    from jobber.domain.containers.container import ContainerId

_MISSING = 404


def failed(call: str, response: Response) -> EngineFailed:
    """The error of a call that the engine could not do."""
    return EngineFailed(call, why=response.why(), status=response.status)


def missing_or_failed(container: ContainerId, call: str, response: Response) -> ContainerNotFound | EngineFailed:
    """The error of a call about a container: one that goes in the middle of the call is no 404, but a 500."""
    error = failed(call, response)
    is_missing = error.status == _MISSING or "no such container" in error.why
    return ContainerNotFound(container) if is_missing else error
