"""Generic API calls: lists of images, containers and volumes, with label filters, and generic API errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors import ContainerNotFound, EngineFailed

if TYPE_CHECKING:
    from jobber.adapters.engine_api.response import Response
    from jobber.domain.containers.container import ContainerId

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobber.adapters.engine_api.connection import EngineConnection


def with_labels(labels: Mapping[str, str | None]) -> dict[str, Sequence[str]]:
    """Return the filter for objects with all of these labels; None stands for any value."""
    words = [name if value is None else f"{name}={value}" for name, value in labels.items()]
    return {"label": words} if words else {}


def listed(
    connection: EngineConnection, path: str, *, filters: Mapping[str, Sequence[str]], everything: bool | None = None
) -> Any:
    """Return the engine's list at a path; `everything` includes objects left out by default. Raises `EngineFailed`."""
    with connection.call("GET", path, query={"all": everything, "filters": json.dumps(filters)}) as response:
        if not response.ok:
            raise failed(f"list {path.split('/')[1]}", response)
        return response.json() or ()


_MISSING = 404


def failed(call: str, response: Response) -> EngineFailed:
    """Return the error of a call that the engine could not perform."""
    return EngineFailed(call, why=response.why(), status=response.status)


def missing_or_failed(container: ContainerId, call: str, response: Response) -> ContainerNotFound | EngineFailed:
    """Return the error of a call about a container; if it is removed during the call, the status is 500 and not 404."""
    error = failed(call, response)
    is_missing = error.status == _MISSING or "no such container" in error.why
    return ContainerNotFound(container) if is_missing else error
