"""The objects that result commands need: an engine, registries, and a finder of results."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jobber.session.environment import surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.cli.command_line.global_options import GlobalOptions
    from jobber.domain.use_cases.results.find_result import ResultFinder
    from jobber.session.messages import Messages


@contextmanager
def finding(options: GlobalOptions) -> Iterator[tuple[ResultFinder, Messages]]:
    """Yield a finder of results and the messages of a command; a signal ends it at once. Raises `JobberError`."""
    from jobber.session.bootstrap import keyring, result_finder

    progress = options.messages()
    registry = options.registry()
    keys = keyring(options.credentials())
    interruptions = surroundings().interruptions()
    with options.connected(progress, interruptions, environment=os.environ) as engine, interruptions.abortable():
        try:
            yield result_finder(engine, keys, registry=registry), progress
        finally:
            progress.clear()
