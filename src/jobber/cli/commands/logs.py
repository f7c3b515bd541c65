"""The command `jobber logs`."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Annotated, cast

from cyclopts import Parameter

from jobber.cli.command_line.global_options import GlobalOptions

if TYPE_CHECKING:
    from typing import BinaryIO


def logs(
    name: str,
    /,
    *,
    follow: Annotated[bool, Parameter(name=("--follow", "-f"))] = False,
    since: Annotated[str | None, Parameter(name="--since")] = None,
    json: bool = False,
    options: GlobalOptions | None = None,
) -> int:
    """Print what a job has said, stdout and stderr as they came: out of its result, or until now while it runs.

    Parameters
    ----------
    name
        Result image, or the id of a run or the beginning of it, or the id or name of a run's container.
    follow
        Go on until the job ends. Nothing else is done with the run.
    since
        Leave out what is older, of a run in progress: a time (2026-11-24T10:00:00Z), or how long ago (90s, 1h30m).
    json
        Print one JSON object: the text, in which what is no UTF-8 is replaced, whose it is, and how far the run is.

    """
    from jobber.adapters.archives.tar_reader import content_of
    from jobber.cli.command_line.moments import parse_moment
    from jobber.cli.output.json_log import JsonLog
    from jobber.cli.output.stdout import Stdout, reader_may_leave
    from jobber.domain.containers.container import LOG
    from jobber.domain.use_cases.results.read_log import LogReading
    from jobber.session.bootstrap import result_finder

    options = options or GlobalOptions()
    progress = options.messages()
    registry = options.registry()
    moment = None if since is None else parse_moment(since, now=options.environment.clock().now())
    session = options.session(progress)
    with (
        options.connected(session) as engine,
        reader_may_leave(),
        nullcontext() if follow else session.interruptions.abortable(),
    ):
        finder = result_finder(session, engine, registry=registry)
        content = partial(content_of, path=LOG, of=name)
        stdout = cast("BinaryIO", Stdout())
        sink = JsonLog(stdout) if json else stdout
        read = LogReading(finder, session.interruptions, progress, content, cast("BinaryIO", sink)).read(
            name, follow=follow, since=moment
        )
        if isinstance(sink, JsonLog):
            sink.finish(read.facts())
    progress.clear()
    return 0
