"""Names and tags: what a directory, a build and a result are called (docs/how-to/results.md)."""

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


def image_name_of(directory: str) -> str:
    """A valid image name for a directory's name: its own, else in lower case, runs of other characters one `-`.

    Raises `UsageError` where nothing is left of the name.
    """
    if is_image_name(directory):
        return directory
    name = re.sub(r"[^a-z0-9._]+", "-", directory.lower())
    # separators that the grammar of references takes only singly, doubled or not at all at the ends
    name = re.sub(r"[._-]+", lambda run: run[0] if run[0] in (".", "_", "__") else "-", name).strip("._-")
    if not name:
        raise UsageError(f"no image can be named after the directory {directory!r}", hint="name the image with -t NAME")
    return name


def parse_repository(text: str, *, default_registry: Registry | None = None) -> ImageReference:
    """Read the repository that a result is tagged in, a reference without tag and digest. Raises `InvalidReference`."""
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
    """`YYYYMMDD_HHMMSS` in UTC."""
    return at.astimezone(UTC).strftime("%Y%m%d_%H%M%S")


def is_result_tag(tag: str) -> bool:
    """Whether a tag is one that jobber gives to results."""
    return tag == LATEST_RUN or _IS_TIMESTAMP(tag) is not None


def next_second(at: datetime) -> datetime:
    """One second later: where a timestamp tag is taken, that of the next second is tried."""
    return at + timedelta(seconds=1)


def build_tags(requested: Iterable[ImageReference], *, at: datetime) -> tuple[ImageReference, ...]:
    """The tags of a build: a request without a tag gives `latest` and the timestamp, one with a tag itself."""
    tags: dict[ImageReference, None] = {}
    for reference in requested:
        if reference.tag:
            tags[reference] = None
        else:
            tags[reference.tagged(LATEST)] = None
            tags[reference.tagged(timestamp_tag(at))] = None
    return tuple(tags)


def result_tags(code: ImageReference, *, at: datetime) -> tuple[ImageReference, ImageReference]:
    """The tags of a result: the one that moves and the one that never does."""
    return code.tagged(LATEST_RUN), code.tagged(timestamp_tag(at))
