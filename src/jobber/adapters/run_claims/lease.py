"""Renewal of a claim while it is held, and detection of its loss."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from jobber.adapters.host.process_identity import current_owner
from jobber.domain.errors import ClaimLost, JobberError, NameTaken, RunTaken
from jobber.domain.runs.label_names import Label

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobber.adapters.run_claims.helper_containers import RunCalls
    from jobber.domain.images.reference import ImageId

BEAT_SECONDS = 60.0
_BEATS_OF_DOUBT = 2
"""The number of missed beats after which the claim is checked again.

The machine may have been suspended, and another process may have taken the claim over.
"""


class HeldClaim:
    """A claim that is renewed by beats while it is held.

    Without a helper container it is the claim of the process that started the run; other processes wait five minutes
    before they take it. With its first beat it gets a helper container like every other claim. A thread of its own
    makes the beats, because one commit call can take hours.
    """

    def __init__(
        self,
        run: str,
        *,
        image: ImageId,
        helper: str | None,
        claim: Callable[[RunCalls, str, ImageId], str],
        calls: Callable[[], RunCalls],
        seconds: float = BEAT_SECONDS,
    ) -> None:
        self._run = run
        self._image = image
        self._container = helper
        self._claim = claim
        self._calls = calls
        self._seconds = seconds
        self._beat: str | None = None
        self._count = 0
        self._is_lost = False
        self._sure_at = _now()
        self._lock = threading.Lock()
        self._released = threading.Event()
        # The kernel delivers signals to the main thread as long as that thread can receive them.
        threading.Thread(target=self._keep, daemon=True).start()

    def check(self) -> None:
        """Check that the claim is still held. Raises `ClaimLost`."""
        if _now() - self._sure_at > _BEATS_OF_DOUBT * self._seconds:
            self._beat_now()
        if self._is_lost:
            raise ClaimLost(self._run)

    def release(self) -> None:
        """Release the claim."""
        if self._released.is_set():
            return
        self._released.set()
        with self._lock:
            made = [helper for helper in (self._beat, self._container) if helper is not None]
            self._beat = self._container = None
        if made:
            calls = self._calls()
            for helper in made:
                with suppress(JobberError):  # the next process finds that this one has ended
                    calls.remove(helper)
            calls.close()

    def _keep(self) -> None:
        while not self._released.wait(self._seconds) and not self._is_lost:
            self._beat_now()

    def _beat_now(self) -> None:
        calls = self._calls()
        # If the engine is unreachable for a while, the next beat may succeed.
        with self._lock, suppress(JobberError):
            if not self._released.is_set():
                self._beat_once(calls)
                self._sure_at = _now()
        calls.close()

    def _beat_once(self, calls: RunCalls) -> None:
        if self._container is None:
            try:
                self._container = self._claim(calls, self._run, self._image)
            except RunTaken:
                self._is_lost = True
            return
        if calls.look(self._container) is None:
            self._is_lost = True
            return
        self._count += 1
        before, name = self._beat, f"jobber-finish-{self._run}-{self._count}"
        facts = {"run": self._run, Label.PART: current_owner()}
        try:
            self._beat = calls.make(name, image=self._image, facts=facts)
        except NameTaken:  # of an earlier process, which has ended
            calls.remove(name)
            self._beat = calls.make(name, image=self._image, facts=facts)
        if before is not None:
            calls.remove(before)


def _now() -> float:
    """Return the seconds of a clock that continues while the machine is suspended."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.time()
