"""The objects that result commands need: an engine, registries, and a finder of results."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.cli.command_line.global_options import GlobalOptions
    from jobber.domain.use_cases.results.find_result import ResultFinder
    from jobber.session.messages import Messages


@contextmanager
def finding(options: GlobalOptions) -> Iterator[tuple[ResultFinder, Messages]]:
    """Yield a finder of results and the messages of a command; a signal ends it at once. Raises `JobberError`."""
    from jobber.session.bootstrap import result_finder

    progress = options.messages()
    registry = options.registry()
    session = options.session(progress)
    with options.connected(session) as engine, session.interruptions.abortable():
        try:
            yield result_finder(session, engine, registry=registry), progress
        finally:
            progress.clear()
