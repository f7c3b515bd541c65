"""Translation of the `docker` package's errors to errors of the domain."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from docker.errors import APIError  # noqa: TID251 - where a client of the package is used

from jobber.adapters.engine_api.calls import CONFLICT, MALFORMED, NOT_FOUND, malformed
from jobber.domain.errors import EngineFailed

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def docker_call(
    call: str, *, missing: Exception | None = None, conflict: Exception | None = None, ignores: tuple[int, ...] = ()
) -> Iterator[None]:
    """Translate the errors of a call by the package: 404 is `missing`, 409 is `conflict`, `ignores` are not errors.

    Raises `EngineFailed` for any other error of the engine, and `ConnectionBroken` for a malformed response.
    """
    try:
        yield
    except APIError as error:
        status = error.response.status_code if error.response is not None else None
        known = {NOT_FOUND: missing, CONFLICT: conflict}.get(status or 0)
        if known is not None:
            raise known from None
        if status not in ignores:
            raise EngineFailed(call, why=str(error.explanation or f"status {status}"), status=status) from None
    except MALFORMED as error:
        raise malformed(error) from error
