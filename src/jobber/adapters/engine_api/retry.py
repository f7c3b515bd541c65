"""Retries of calls that failed for a while."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from jobber.domain.errors import EngineFailed, EngineLost

if TYPE_CHECKING:
    from collections.abc import Callable

_PAUSES = (0.05, 0.1, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0)
_TRIES = len(_PAUSES)
"""The tries of a call that fails for a moment: they take four seconds."""

_T = TypeVar("_T")


class Retries:
    """The retries of a connection that broke, until it has failed for `patience` seconds."""

    def __init__(self, *, patience: float, monotonic: Callable[[], float]) -> None:
        self._patience = patience
        self._monotonic = monotonic
        self._failures = 0
        self._failed_since = 0.0
        self.at: float | None = None
        """The time of the next try, if there is to be one."""

    def schedule(self, seconds: float) -> None:
        """Try in `seconds`, unless a try is scheduled already; with 0, try now."""
        if self.at is None or seconds == 0.0:
            self.at = self._monotonic() + seconds

    def cancel(self) -> None:
        """Cancel the next try."""
        self.at = None

    def are_due(self) -> bool:
        """Return whether it is time for the next try."""
        return self.at is not None and self._monotonic() >= self.at

    def fail(self, why: str) -> bool:
        """Schedule the next try after one that failed; return whether it was the first. Raises `EngineLost`."""
        now = self._monotonic()
        if not self._failures:
            self._failed_since = now
        elif now - self._failed_since > self._patience:
            raise EngineLost("the run", why=why)
        self.at = now + _pause_before(self._failures)
        self._failures += 1
        return self._failures == 1

    def succeed(self) -> bool:
        """Return whether tries had failed before this one, which did not."""
        had_failed, self._failures = self._failures > 0, 0
        return had_failed


def _pause_before(retry: int) -> float:
    return _PAUSES[min(retry, len(_PAUSES) - 1)]


def retrying(call: Callable[[], _T], *, sign: str | tuple[str, ...], tries: int = _TRIES) -> _T:
    """Return the result of a call; retry it for some seconds, or `tries` times, while the error contains a `sign`.

    Raises `EngineFailed` if the call fails in another way, or for too long.
    """
    signs = (sign,) if isinstance(sign, str) else sign
    for retry in range(tries - 1):
        try:
            return call()
        except EngineFailed as error:
            if not any(sign in error.why for sign in signs):
                raise
        time.sleep(_pause_before(retry))
    return call()
