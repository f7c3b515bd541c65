"""The complete log of a job up to now."""

from __future__ import annotations

import select
from contextlib import closing
from typing import TYPE_CHECKING

from jobber.adapters.wire import WireBroken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.adapters.job_stream.engine_job import AttachedJob
    from jobber.adapters.job_stream.streams import Outlet
    from jobber.domain.containers.events import Output


def logged(job: AttachedJob) -> Iterator[Output]:
    """Yield the pieces of a job's log, from its current beginning. Raises `WireBroken`, `LogUnreadable`."""
    source, output = job.log(follow=False)
    with closing(source):
        while chunk := _received(source, patience=job.patience):
            output.feed(chunk)
            while piece := output.take():
                yield piece
        if not source.ended_well:
            raise WireBroken("the engine's log ended early")


def _received(source: Outlet, *, patience: float) -> bytes:
    while True:
        if not source.has_more and not select.select([source], [], [], patience)[0]:
            raise WireBroken("the engine's log stopped")
        if (chunk := source.receive()) is not None:
            return chunk
