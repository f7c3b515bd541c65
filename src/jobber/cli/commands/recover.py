"""The command `jobber recover`."""

from __future__ import annotations

from jobber.cli.command_line.global_options import GlobalOptions


def recover(*, options: GlobalOptions | None = None) -> int:
    """Finish runs that have ended and that no process is finishing."""
    from jobber.domain.use_cases.unfinished.recover import RecoverRuns
    from jobber.session.bootstrap import run_finisher

    options = options or GlobalOptions()
    progress = options.messages()
    session = options.session(progress)
    with options.connected(session) as engine:
        failed = RecoverRuns(run_finisher(session, engine)).recover()
    progress.clear()
    for error in failed:
        progress.fail(error)
    return 1 if failed else 0
