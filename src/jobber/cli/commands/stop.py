"""The command `jobber stop`."""

from __future__ import annotations

import os

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.session.environment import surroundings


def stop(run: str, /, *, options: GlobalOptions | None = None) -> int:
    """End a run: SIGTERM, and SIGKILL after its grace period; its result is kept as its plan says.

    Parameters
    ----------
    run
        Id of the run or the beginning of it, or the id or name of its container.

    """
    from jobber.domain.use_cases.unfinished.stop import StopRun
    from jobber.session.bootstrap import keyring, run_finisher

    options = options or GlobalOptions()
    progress = options.messages()
    keys = keyring(options.credentials())
    interruptions = surroundings().interruptions()
    with options.connected(progress, interruptions, environment=os.environ) as engine:
        StopRun(run_finisher(engine, interruptions, progress, keys)).stop(run)
    progress.clear()
    return 0
