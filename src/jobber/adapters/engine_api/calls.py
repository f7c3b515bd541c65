"""Generic API calls, the errors that their statuses stand for, and the check of the responses' form."""

from __future__ import annotations

import json
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from jobber.adapters.engine_api.connection_errors import ConnectionBroken
from jobber.domain.errors import ContainerNotFound, EngineFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from jobber.adapters.engine_api.connection import EngineConnection
    from jobber.adapters.engine_api.response import Response
    from jobber.domain.containers.container import ContainerId

    _P = ParamSpec("_P")
    _T = TypeVar("_T")

NOT_FOUND = 404
CONFLICT = 409
TAR = {"Content-Type": "application/x-tar"}
MALFORMED = (ValueError, LookupError, TypeError, AttributeError)


def with_labels(labels: Mapping[str, str | None]) -> dict[str, Sequence[str]]:
    """Return the filter for objects with all of these labels; None stands for any value."""
    words = [name if value is None else f"{name}={value}" for name, value in labels.items()]
    return {"label": words} if words else {}


def listed(
    connection: EngineConnection, path: str, *, filters: Mapping[str, Sequence[str]], everything: bool | None = None
) -> Any:
    """Return the engine's list at a path; `everything` includes objects left out by default. Raises `EngineFailed`."""
    query = {"all": everything, "filters": json.dumps(filters)}
    return perform(connection, "GET", path, call=f"list {path.split('/')[1]}", query=query) or ()


def perform(
    connection: EngineConnection,
    method: str,
    path: str,
    *,
    call: str,
    query: Mapping[str, object] | None = None,
    body: object = None,
    stream: Iterable[bytes] | None = None,
    missing: Exception | None = None,
    accepts: Sequence[int] = (),
) -> Any:
    """Make a call and return its response as JSON; None for an empty one.

    `call` names it in an error, `stream` is an archive. Status 404 raises `missing` if it is given; statuses in
    `accepts` count as success. Raises `EngineFailed` for any other error of the engine.
    """
    headers = None if stream is None else TAR
    with connection.call(method, path, query=query, body=body, stream=stream, headers=headers) as response:
        if response.status == NOT_FOUND and missing is not None:
            raise missing
        if response.status in accepts:
            return None
        if not response.ok:
            raise failed(call, response)
        return response.json()


def platform_of(connection: EngineConnection) -> str:
    """Return the platform of an engine, `OS/ARCHITECTURE`. Raises `EngineFailed`."""
    facts = perform(connection, "GET", "/version", call="read the engine's version") or {}
    return "/".join(filter(None, map(facts.get, ("Os", "Arch"))))


def failed(call: str, response: Response) -> EngineFailed:
    """Return the error of a call that the engine could not perform."""
    return EngineFailed(call, why=response.why(), status=response.status)


def missing_or_failed(container: ContainerId, call: str, response: Response) -> ContainerNotFound | EngineFailed:
    """Return the error of a call about a container; if it is removed during the call, the status is 500 and not 404."""
    error = failed(call, response)
    is_missing = error.status == NOT_FOUND or "no such container" in error.why
    return ContainerNotFound(container) if is_missing else error


def reads_response(read: Callable[_P, _T]) -> Callable[_P, _T]:
    """Let a function that reads a response raise `ConnectionBroken` for one without the form that the API defines."""

    @wraps(read)
    def checked(*words: _P.args, **settings: _P.kwargs) -> _T:
        try:
            return read(*words, **settings)
        except MALFORMED as error:
            raise malformed(error) from error

    return checked


def malformed(error: Exception) -> ConnectionBroken:
    """Return the error for a response without the form that the API defines."""
    return ConnectionBroken(f"the response does not have the expected form ({type(error).__name__}: {error})")


@reads_response
def created_id(facts: Any) -> str:
    """Return the ID in the response to a call that has created something."""
    return str(facts["Id"])
