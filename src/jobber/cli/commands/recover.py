"""The command `jobber recover`."""

from __future__ import annotations

import os

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.session.environment import surroundings


def recover(*, options: GlobalOptions | None = None) -> int:
    """Finish runs that have ended and that no process is finishing."""
    from jobber.domain.use_cases.unfinished.recover import RecoverRuns
    from jobber.session.bootstrap import keyring, run_finisher

    options = options or GlobalOptions()
    progress = options.messages()
    keys = keyring(options.credentials())
    interruptions = surroundings().interruptions()
    with options.connected(progress, interruptions, environment=os.environ) as engine:
        failed = RecoverRuns(run_finisher(engine, interruptions, progress, keys)).recover()
    progress.clear()
    for error in failed:
        progress.fail(error)
    return 1 if failed else 0
