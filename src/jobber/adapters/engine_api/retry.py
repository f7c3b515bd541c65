"""Retries of calls that failed with a transient engine error."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from jobber.domain.errors import EngineFailed

if TYPE_CHECKING:
    from collections.abc import Callable

_TRIES = 40
_PAUSE_SECONDS = 0.1

_T = TypeVar("_T")


def retrying(call: Callable[[], _T], *, sign: str, tries: int = _TRIES) -> _T:
    """Return the result of a call; retry it for some seconds, or `tries` times, while the error contains `sign`.

    Raises `EngineFailed` if the call fails in another way, or for too long.
    """
    for _ in range(tries - 1):
        try:
            return call()
        except EngineFailed as error:
            if sign not in error.why:
                raise
        time.sleep(_PAUSE_SECONDS)
    return call()
