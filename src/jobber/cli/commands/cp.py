"""The command `jobber cp`."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING

from jobber.cli.command_line.global_options import GlobalOptions
from jobber.cli.command_line.result_session import finding
from jobber.cli.output.json_text import as_json
from jobber.domain.errors import UsageError
from jobber.domain.images.image_path import parse_image_path

if TYPE_CHECKING:
    from jobber.domain.images.image_path import ImagePath
    from jobber.domain.use_cases.results.copy_files import CopyFiles

_STREAM = "-"


def cp(source: str, destination: str, /, *, json: bool = False, options: GlobalOptions | None = None) -> int:
    """Copy a file or a directory out of an image, without running it.

    Parameters
    ----------
    source
        IMAGE:PATH. A relative PATH starts at the image's out directory, or else at /. With a trailing /., the contents
        of the directory are copied, and not the directory itself.
    destination
        A new name, a file to replace, or a directory to copy into; - for a tar archive on stdout.
    json
        Print a JSON object with the copied path and its destination.

    """
    from jobber.domain.use_cases.results.copy_files import CopyFiles

    wanted = parse_image_path(source)
    if destination == _STREAM and json:
        raise UsageError(
            "an archive and JSON can't both be written to stdout", hint="omit --json, or name a destination"
        )
    if destination == _STREAM and sys.stdout.isatty():
        raise UsageError("an archive can't be written to a terminal", hint="redirect stdout, or name a destination")
    with finding(options or GlobalOptions()) as (finder, progress):
        copying = CopyFiles(finder, progress)
        if destination == _STREAM:
            _send(copying, wanted)
            return 0
        from jobber.adapters.archives.extraction import HostDestination

        found, path, copied = copying.copy(wanted, to=HostDestination(destination))
    if json:
        facts = {"image": found.image.id, "path": path.path, **copied.facts()}
        print(as_json(facts))
    return 0


def _send(copying: CopyFiles, wanted: ImagePath) -> None:
    from jobber.adapters.archives.extraction import stream_out
    from jobber.cli.output.stdout import Stdout

    stdout = Stdout()
    source, archive = copying.archive(wanted)
    with closing(archive):
        for piece in stream_out(archive, source=source):
            stdout.write(piece)
