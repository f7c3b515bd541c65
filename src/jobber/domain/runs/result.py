"""Result images: find results among images, and parse their run records."""

from __future__ import annotations

import json
from math import inf
from typing import TYPE_CHECKING

from jobber.domain.runs.label_names import Label
from jobber.domain.runs.record import UNREADABLE, RunDescription, RunEnding, ending_in, parse_images
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from jobber.domain.images.image import ListedImage
    from jobber.domain.runs.record import RecordedImage


@frozen
class RunRecord(RunDescription):
    """The run record of a result image: the run that created it."""

    ending: RunEnding

    @property
    def seconds(self) -> float:
        """The duration of the job in seconds."""
        return (self.ending.finished - self.ending.started).total_seconds()

    @property
    def made_from(self) -> tuple[RecordedImage, ...]:
        """The code image and the images of the inputs, in order."""
        return (self.image, *(item.image for item in self.inputs))


@frozen
class ListedResult:
    """A result image from a list."""

    image: ListedImage
    record: RunRecord


def parse_record(labels: Mapping[str, str]) -> RunRecord | None:
    """Return the record in an image's labels; None if there is none.

    Images built from a result inherit its labels: `results_among` finds the result itself.
    """
    try:
        facts = json.loads(labels.get(Label.RUN, ""))
        id_, ending = ending_in(facts)
        chains = labels.get(Label.CHAIN_IDS, "")
        image, inputs = parse_images(facts, chains=tuple(chains.split(",")) if chains else ())
        return RunRecord(
            id=id_,
            image=image,
            inputs=inputs,
            command=None if facts["command"] is None else tuple(map(str, facts["command"])),
            docker_args=tuple(map(str, facts["docker-args"])),
            runtime=_text(facts["runtime"]),
            out=_text(facts["out"]),
            configs=tuple(map(str, facts["configs"])),
            engine_name=str(facts["engine"]["name"]),
            engine_version=str(facts["engine"]["version"]),
            ending=ending,
        )
    except UNREADABLE:
        return None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def is_built(labels: Mapping[str, str]) -> bool:
    """Return whether `jobber build` created an image with these labels, even if it inherited a run record."""
    return bool(labels.get(Label.BUILD_TAGS))


def results_among(
    images: Iterable[ListedImage],
    *,
    is_result: Callable[[ListedImage, RunRecord], bool] = lambda *_: True,
    is_sure: Callable[[ListedImage, RunRecord], bool] = lambda *_: False,
) -> tuple[ListedResult, ...]:
    """Return the results among images, newest first.

    If several images carry the record of one run, the oldest one that `is_result` accepts is its result. The others
    were built from it, and `is_result` is not called for them. Images that `is_sure` accepts are considered before
    older ones. Images without a creation time are considered last.
    """
    found: dict[str, ListedResult] = {}
    recorded = [ListedResult(image, record) for image in images if (record := _record_of(image))]
    for result in sorted(recorded, key=lambda it: (not is_sure(it.image, it.record), it.image.created or inf)):
        if result.record.id not in found and is_result(result.image, result.record):
            found[result.record.id] = result
    newest_first = reversed(found.values())  # for the same end, the last created is first
    return tuple(sorted(newest_first, key=lambda result: result.record.ending.finished, reverse=True))


def _record_of(image: ListedImage) -> RunRecord | None:
    return None if is_built(image.labels) else parse_record(image.labels)
