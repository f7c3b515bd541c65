"""Filters and sort orders for results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors import SortKeyUnknown
from jobber.domain.images.id_prefix import is_prefix_of_id, is_prefix_of_run
from jobber.domain.images.reference import reference_in
from jobber.domain.runs.metrics import metrics_of
from jobber.domain.runs.parameters import number_in, parameters_of
from jobber.domain.spelling import did_you_mean
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from jobber.domain.images.reference import ImageId, ImageReference
    from jobber.domain.runs.parameters import ParameterChoice
    from jobber.domain.runs.policy import Outcome
    from jobber.domain.runs.record import RecordedImage
    from jobber.domain.runs.result import ListedResult


@frozen
class ImageChoice:
    """A filter by image: all tags of a repository, one tag, the image that a tag now refers to, or an ID."""

    text: str
    reference: ImageReference | None = None
    """The reference; None for a text that can only be an ID."""
    id: ImageId | None = None
    """The ID of the image that now has this name on the engine, if any."""
    chain: str = ""

    def fits(self, image: RecordedImage) -> bool:
        """Return whether a recorded image matches."""
        if (self.id and image.id == self.id) or (self.chain and image.chain == self.chain):
            return True
        if is_prefix_of_id(self.text, image.id):
            return True
        return self.reference is not None and _names(self.reference, image.reference, image.digests)


@frozen
class Selection:
    """A selection of results; empty fields match everything."""

    name: str = ""
    """A name: a repository, a reference, or a prefix of an image ID or run ID."""
    reference: ImageReference | None = None
    """The name as a reference, if it can be one."""
    images: tuple[ImageChoice, ...] = ()
    inputs: tuple[ImageChoice, ...] = ()
    outcomes: frozenset[Outcome] = frozenset()
    since: datetime | None = None
    """The earliest time at which a run may have ended."""
    parameters: tuple[ParameterChoice, ...] = ()

    def fits(self, result: ListedResult) -> bool:
        """Return whether a result matches."""
        record = result.record
        return (
            (not self.outcomes or record.ending.outcome in self.outcomes)
            and (self.since is None or record.ending.finished >= self.since)
            and (not self.name or self._is_named(result))
            and all(choice.fits(record.image) for choice in self.images)
            and all(any(choice.fits(item.image) for item in record.inputs) for choice in self.inputs)
            and (not self.parameters or self._has_parameters(result))
        )

    def _has_parameters(self, result: ListedResult) -> bool:
        found = parameters_of(result.record)
        return all(choice.fits(found) for choice in self.parameters)

    def _is_named(self, result: ListedResult) -> bool:
        image, run = result.image, result.record.id
        if is_prefix_of_id(self.name, image.id) or is_prefix_of_run(self.name, run):
            return True
        wanted = self.reference
        if wanted is None:
            return False
        if any(_names(wanted, tag, image.digests) for tag in image.references or ("",)):
            return True
        # a result that has lost its tags still matches the repository of its code image
        return not image.references and wanted.tag is None and _names(wanted, result.record.image.reference, ())


def selected(results: Iterable[ListedResult], selection: Selection) -> tuple[ListedResult, ...]:
    """Return the matching results, in their order."""
    return tuple(filter(selection.fits, results))


KEYS: dict[str, Callable[[ListedResult], float]] = {
    "time": lambda result: result.record.ending.finished.timestamp(),
    "duration": lambda result: result.record.seconds,
    "size": lambda result: result.image.size,
    "exit-status": lambda result: result.record.ending.exit_status,
}
"""The sort keys that every result has; other keys are names of metrics and parameters."""


def sorted_by(results: Sequence[ListedResult], key: str, *, reverse: bool = False) -> tuple[ListedResult, ...]:
    """Sort results, largest first, by one of `KEYS`, a metric or a parameter; results without it come last.

    Raises `SortKeyUnknown`.
    """
    found = [(value_of(result, key), result) for result in results]
    if results and all(value is None for value, _ in found):
        names = {
            name for result in results for name in (*metrics_of(result.image.labels), *parameters_of(result.record))
        }
        known = [*KEYS, *sorted(names)]
        raise SortKeyUnknown(key, known=known, hint=did_you_mean(key, known=known))
    with_value = [(value, result) for value, result in found if value is not None]
    with_value.sort(key=lambda pair: pair[0], reverse=not reverse)
    return (*(result for _, result in with_value), *(result for value, result in found if value is None))


def value_of(result: ListedResult, key: str) -> float | None:
    """Return the value of a sort key for a result; None if the result has no such number."""
    if key in KEYS:
        return KEYS[key](result)
    metric = metrics_of(result.image.labels).get(key)
    return metric if metric is not None else number_in(parameters_of(result.record).get(key, ""))


def _names(wanted: ImageReference, text: str, digests: Sequence[str]) -> bool:
    """Return whether a text is a tag in the wanted reference's repository, and the same tag if one is wanted."""
    if wanted.digest:
        return f"{wanted.repository}@{wanted.digest}" in digests
    found = reference_in(text)
    if found is None:
        return False
    return found.repository == wanted.repository and wanted.tag in (None, found.with_default_tag().tag)
