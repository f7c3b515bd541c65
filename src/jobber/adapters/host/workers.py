"""Threads that run the jobs of a pipeline."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jobber.domain.pipelines.outcome import JobOutcome


class ThreadWorkers:
    """One thread for each piece of work. The threads do not keep the process alive."""

    is_serial = False

    def __init__(self) -> None:
        self._ended: queue.SimpleQueue[JobOutcome | BaseException] = queue.SimpleQueue()

    def start(self, work: Callable[[], JobOutcome]) -> None:
        """Start a piece of work in a new thread."""
        threading.Thread(target=self._run, args=(work,), daemon=True).start()

    def wait(self, seconds: float) -> Sequence[JobOutcome]:
        """Wait for the end of a piece of work; raise its exception if it has raised one."""
        found: list[JobOutcome] = []
        try:
            ended = self._ended.get(timeout=seconds)
            while True:
                if isinstance(ended, BaseException):
                    raise ended
                found.append(ended)
                ended = self._ended.get_nowait()
        except queue.Empty:
            return found

    def _run(self, work: Callable[[], JobOutcome]) -> None:
        try:
            self._ended.put(work())
        except BaseException as error:  # the thread that waits reports it
            self._ended.put(error)
