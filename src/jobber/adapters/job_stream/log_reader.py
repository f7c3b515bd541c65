"""The complete log of a job up to now."""

from __future__ import annotations

import select
from contextlib import closing
from typing import TYPE_CHECKING

from jobber.adapters.engine_api.connection_errors import ConnectionBroken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.adapters.job_stream.engine_job import AttachedJob
    from jobber.adapters.job_stream.streams import Outlet
    from jobber.domain.containers.events import Output


def logged(job: AttachedJob) -> Iterator[Output]:
    """Yield the pieces of a job's log, from its current beginning. Raises `ConnectionBroken`, `LogUnreadable`."""
    source, output = job.log(follow=False)
    with closing(source):
        while chunk := _received(source, patience=job.patience):
            output.feed(chunk)
            while piece := output.take():
                yield piece
        if not source.ended_well:
            raise ConnectionBroken("the engine's log ended early")


def _received(source: Outlet, *, patience: float) -> bytes:
    while True:
        if not source.has_more and not select.select([source], [], [], patience)[0]:
            raise ConnectionBroken("the engine's log stopped")
        if (chunk := source.receive()) is not None:
            return chunk
