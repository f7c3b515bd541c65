"""The command `jobber logs`."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Annotated, cast

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.cli.command_line.option import Option

if TYPE_CHECKING:
    from typing import BinaryIO


def logs(
    name: str,
    /,
    *,
    follow: Annotated[bool, Option("--follow", "-f")] = False,
    since: Annotated[str | None, Option("--since")] = None,
    json: bool = False,
    options: GlobalOptions | None = None,
) -> int:
    """Print the output of a job, stdout and stderr interleaved: from its result, or so far while it runs.

    Parameters
    ----------
    name
        Result image, run ID, container ID or a prefix of an ID, or name of a run's container.
    follow
        Follow the output until the job ends, without finishing the run.
    since
        Omit older output of a run in progress: a time (2026-11-24T10:00:00Z), or how long ago (90s, 1h30m).
    json
        Print a JSON object: the text (invalid UTF-8 replaced), its image or run, and the state of the run.

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
