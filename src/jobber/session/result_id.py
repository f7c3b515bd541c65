"""Report the ID of the resulting image (`--iidfile`, test kit)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jobber.domain.errors import JobberError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from jobber.domain.images.reference import ImageId
    from jobber.session.environment import Environment


def check_writable(path: Path | None, *, dry_run: bool = False, detach: bool = False) -> None:
    """Check before any work that the file can be written, and remove an old one.

    If this run fails, the ID of an earlier run would be mistaken for its result. Raises `UsageError`.
    """
    if path is None:
        return
    if detach:
        hint = "leave one of them out; `jobber attach` with the id of the run prints the result's id"
        raise UsageError("--iidfile and --detach: there is no result yet", hint=hint)
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise UsageError(f"{path} can't be written", hint="give --iidfile a file in a directory that exists")
    if dry_run or path.is_relative_to("/dev") or not (path.is_file() or path.is_symlink()):
        return
    try:
        path.unlink(missing_ok=True)
    except OSError as error:  # another user's in /tmp, say
        raise UsageError(f"{path} can't be written: {error.strerror}", hint="give --iidfile another file") from None


def write_result_id(image: ImageId, *, iidfile: Path | None, environment: Environment) -> None:
    """Report the image to the environment, and write its ID without a line end, as `docker build` does.

    Raises `JobberError`.
    """
    environment.ends_with(image)
    if iidfile is None:
        return
    try:
        iidfile.write_text(image, encoding="ascii")
    except OSError as error:
        raise JobberError(f"{iidfile} could not be written: {error.strerror}") from None
