"""The command `jobber attach`."""

from __future__ import annotations

from typing import Annotated

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.cli.command_line.moments import parse_moment
from jobber.cli.command_line.option import Option


def attach(
    run: str,
    /,
    *,
    since: Annotated[str | None, Option("--since")] = None,
    options: GlobalOptions | None = None,
) -> int:
    """Attach to a run: show its output from the beginning, return its exit status and finish it when it ends.

    Parameters
    ----------
    run
        Run ID, container ID or a prefix of one, or name of the run's container.
    since
        Omit older output: a time (2026-11-24T10:00:00Z), or how long ago (90s, 10m, 1h30m).

    """
    from jobber.session.bootstrap import attach_to_run

    options = options or GlobalOptions()
    progress = options.messages()
    moment = None if since is None else parse_moment(since, now=options.environment.clock().now())
    session = options.session(progress)
    with options.connected(session) as engine:
        result = attach_to_run(session, engine).attach(run, since=moment)
    progress.clear()
    return result.exit_status
