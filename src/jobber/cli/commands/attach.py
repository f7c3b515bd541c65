"""The command `jobber attach`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.cli.command_line.moments import parse_moment


def attach(
    run: str,
    /,
    *,
    since: Annotated[str | None, Parameter(name="--since")] = None,
    options: GlobalOptions | None = None,
) -> int:
    """Follow a run: its output from the beginning, its exit status at the end; and finish it then.

    Parameters
    ----------
    run
        Id of the run or the beginning of it, or the id or name of its container.
    since
        Leave out what is older: a time (2026-11-24T10:00:00Z), or how long ago (90s, 10m, 1h30m).

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
