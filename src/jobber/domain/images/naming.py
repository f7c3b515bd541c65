"""Image names derived from directories, and the tags of builds and results."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from jobber.domain.errors import InvalidReference, UsageError
from jobber.domain.images.reference import is_image_name, parse_reference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobber.domain.images.reference import ImageReference, Registry

LATEST = "latest"
LATEST_RUN = "latest-run"
_IS_TIMESTAMP = re.compile(r"\d{8}_\d{6}").fullmatch
_IS_KEY = re.compile(r"key-[0-9a-f]{32}").fullmatch


def image_name_of(directory: str) -> str:
    """Return a valid image name for a directory name.

    A directory name that is a valid image name is returned unchanged. Otherwise it is converted to lower case, and each
    run of other characters becomes one `-`. Raises `UsageError` if nothing is left of the name.
    """
    if is_image_name(directory):
        return directory
    name = re.sub(r"[^a-z0-9._]+", "-", directory.lower())
    # the grammar of references restricts repeated separators, and forbids separators at the ends
    name = re.sub(r"[._-]+", lambda run: run[0] if run[0] in (".", "_", "__") else "-", name).strip("._-")
    if not name:
        raise UsageError(f"no image can be named after the directory {directory!r}", hint="name the image with -t NAME")
    return name


def parse_repository(text: str, *, default_registry: Registry | None = None) -> ImageReference:
    """Parse the repository for results: a reference without tag and digest. Raises `InvalidReference`."""
    reference = parse_reference(text, default_registry=default_registry)
    for part, what in ((reference.tag, "tag"), (reference.digest, "digest")):
        if part:
            raise InvalidReference(
                text,
                why=f"a result's name has no {what}",
                hint=f"the tags of a result are {LATEST_RUN} and its time: give the name alone, {_bare(text)}",
            )
    return reference


def _bare(text: str) -> str:
    """Return a valid reference as it was written, without its tag and digest."""
    head, slash, last = text.partition("@")[0].rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"


def timestamp_tag(at: datetime) -> str:
    """Return the timestamp tag of a moment: `YYYYMMDD_HHMMSS` in UTC."""
    return at.astimezone(UTC).strftime("%Y%m%d_%H%M%S")


def is_result_tag(tag: str) -> bool:
    """Return whether jobber gives this tag to results."""
    is_moving = tag == LATEST_RUN or tag.endswith(f".{LATEST_RUN}")
    return is_moving or _IS_TIMESTAMP(tag) is not None or _IS_KEY(tag) is not None


def is_timestamp_tag(tag: str) -> bool:
    """Return whether a tag names a moment."""
    return _IS_TIMESTAMP(tag) is not None


def next_second(at: datetime) -> datetime:
    """Return the moment one second later; if a timestamp tag is taken, jobber tries that of the next second."""
    return at + timedelta(seconds=1)


def build_tags(requested: Iterable[ImageReference], *, at: datetime) -> tuple[ImageReference, ...]:
    """Return the tags of a build.

    A requested reference without a tag gets `latest` and the timestamp; one with a tag is used as it is.
    """
    tags: dict[ImageReference, None] = {}
    for reference in requested:
        if reference.tag:
            tags[reference] = None
        else:
            tags[reference.tagged(LATEST)] = None
            tags[reference.tagged(timestamp_tag(at))] = None
    return tuple(tags)


def moving_tag(cell: str = "") -> str:
    """Return the tag that moves to the newest result: `latest-run`, for a matrix cell `CELL.latest-run`."""
    return f"{cell}.{LATEST_RUN}" if cell else LATEST_RUN


def result_tags(code: ImageReference, *, at: datetime, cell: str = "") -> tuple[ImageReference, ImageReference]:
    """Return the two tags of a result: `latest-run`, which moves, and the timestamp, which never does.

    Each matrix cell of a pipeline's job has a separate moving tag.
    """
    return code.tagged(moving_tag(cell)), code.tagged(timestamp_tag(at))
