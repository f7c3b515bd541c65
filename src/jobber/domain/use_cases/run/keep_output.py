"""Store a job's output locally if the engine's log is incomplete (for example: disk full)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from jobber.domain.errors import JobberError

if TYPE_CHECKING:
    from typing import BinaryIO

    from jobber.domain.containers.container import ContainerId
    from jobber.domain.ports import Containers, KeptLogs
    from jobber.domain.ports.progress import Progress


def keep_log(
    run: str, *, container: ContainerId, log: BinaryIO, containers: Containers, kept: KeptLogs, progress: Progress
) -> str | None:
    """Store the output of a run that could not be finished, and return a hint; None if the engine has all of it."""
    log.seek(0)
    noted = _Comparison(log)
    try:
        containers.logs(container, sink=noted)
    except JobberError:
        noted.differs = True  # the engine's log is not available now
    if not noted.differs and not log.read(1):
        return None
    log.seek(0)
    where = kept.keep(run, log=log)
    if where is None:
        progress.warn("log-not-kept")
        return None
    return f"the job's output is in {where} until then"


class _Comparison(io.BytesIO):
    """A sink that compares its input with a log and discards it."""

    def __init__(self, log: BinaryIO) -> None:
        super().__init__()
        self._log = log
        self.differs = False

    def write(self, chunk: bytes, /) -> int:  # type: ignore[override]
        self.differs = self.differs or self._log.read(len(chunk)) != chunk
        return len(chunk)
