"""Calls that an engine fails for a moment, and for no fault of the caller's: they are made again."""

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
    """What a call gives, made again for some seconds, or `tries` times, where the engine's complaint bears this sign.

    Raises `EngineFailed` where it fails otherwise, or for too long.
    """
    for _ in range(tries - 1):
        try:
            return call()
        except EngineFailed as error:
            if sign not in error.why:
                raise
        time.sleep(_PAUSE_SECONDS)
    return call()
