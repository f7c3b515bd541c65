"""The command `jobber stop`."""

from __future__ import annotations

from jobber.cli.command_line.global_options import GlobalOptions


def stop(run: str, /, *, options: GlobalOptions | None = None) -> int:
    """End a run: SIGTERM, and SIGKILL after its grace period; its result is kept as its plan says.

    Parameters
    ----------
    run
        Id of the run or the beginning of it, or the id or name of its container.

    """
    from jobber.domain.use_cases.unfinished.stop import StopRun
    from jobber.session.bootstrap import run_finisher

    options = options or GlobalOptions()
    progress = options.messages()
    session = options.session(progress)
    with options.connected(session) as engine:
        StopRun(run_finisher(session, engine)).stop(run)
    progress.clear()
    return 0
