"""The command `jobber stop`."""

from __future__ import annotations

from jobber.cli.command_line.global_options import GlobalOptions


def stop(run: str, /, *, options: GlobalOptions | None = None) -> int:
    """Stop a run with SIGTERM, and SIGKILL after its grace period; its result is kept as planned.

    Parameters
    ----------
    run
        Run ID, container ID or a prefix of one, or name of the run's container.

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
