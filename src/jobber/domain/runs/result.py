"""Result images: which images are results of runs, and what their records say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from jobber.domain.runs.label_names import Label
from jobber.domain.runs.record import UNREADABLE, RunEnding, ending_in, parse_images

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from jobber.domain.images.image import ListedImage
    from jobber.domain.runs.record import RecordedImage, RecordedInput


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What a result image says about the run that made it (docs/how-to/results.md)."""

    id: str
    """The run's, a UUID."""
    image: RecordedImage
    """The code image."""
    inputs: tuple[RecordedInput, ...]
    command: tuple[str, ...] | None
    """None for the command of the code image."""
    docker_args: tuple[str, ...]
    """Words of Xdocker, secrets masked."""
    runtime: str | None
    out: str | None
    configs: tuple[str, ...]
    engine_name: str
    engine_version: str
    ending: RunEnding

    @property
    def seconds(self) -> float:
        """How long the job took."""
        return (self.ending.finished - self.ending.started).total_seconds()

    @property
    def made_from(self) -> tuple[RecordedImage, ...]:
        """The code image and the images of the inputs, in order."""
        return (self.image, *(item.image for item in self.inputs))


@dataclass(frozen=True, slots=True)
class ListedResult:
    """A result image out of a list."""

    image: ListedImage
    record: RunRecord


def parse_record(labels: Mapping[str, str]) -> RunRecord | None:
    """The record in an image's labels; None where there is none.

    Whatever is built from a result inherits its labels: `results_among` tells the result itself.
    """
    try:
        facts = json.loads(labels.get(Label.RUN, ""))
        id_, ending = ending_in(facts)
        chains = labels.get(Label.CHAINS, "")
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
    """Whether `jobber build` has made an image with these labels, whatever record it has inherited."""
    return bool(labels.get(Label.BUILD_TAGS))


def results_among(
    images: Iterable[ListedImage],
    *,
    is_result: Callable[[ListedImage, RunRecord], bool] = lambda *_: True,
    is_sure: Callable[[ListedImage, RunRecord], bool] = lambda *_: False,
) -> tuple[ListedResult, ...]:
    """The results among images, newest first.

    Of several images with the record of one run the oldest that `is_result` takes for one is its result, and the others
    were built from it; `is_result` is asked no further than that. Those of which `is_sure` holds go before older ones,
    and images that don't say when they were created come last.
    """
    found: dict[str, ListedResult] = {}
    recorded = [ListedResult(image, record) for image in images if (record := _record_of(image))]
    for result in sorted(recorded, key=lambda it: (not is_sure(it.image, it.record), it.image.created or inf)):
        if result.record.id not in found and is_result(result.image, result.record):
            found[result.record.id] = result
    newest_first = reversed(found.values())  # of those that ended in one moment, the last made comes first
    return tuple(sorted(newest_first, key=lambda result: result.record.ending.finished, reverse=True))


def _record_of(image: ListedImage) -> RunRecord | None:
    return None if is_built(image.labels) else parse_record(image.labels)
