"""Selection of the results that can be removed, and of those that must stay because of others."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobber.domain.images.naming import LATEST_RUN, is_result_tag
from jobber.domain.images.reference import parse_image_id
from jobber.domain.runs.result import parse_record
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime, timedelta

    from jobber.domain.images.image import Image, ListedImage
    from jobber.domain.images.reference import ImageId
    from jobber.domain.runs.record import RecordedImage
    from jobber.domain.runs.result import ListedResult


@frozen
class PruneRule:
    """A rule for pruning results: a result is unwanted if no part of the rule keeps it."""

    keep_last: int | None = None
    """The number of newest results to keep in each repository."""
    older_than: timedelta | None = None
    """The minimum age of results to remove."""
    force: bool = False
    """True to remove also results that others were made from, or that a user has tagged."""


@frozen
class KeptResult:
    """A result that the rule does not keep, but that stays."""

    result: ListedResult
    why: str


@frozen
class PruneChoice:
    """The results to remove, and those that stay although the rule does not keep them."""

    going: tuple[ListedResult, ...] = ()
    """The results to remove, newest first, so that results are removed before those that they were made from."""
    kept: tuple[KeptResult, ...] = ()


NO_RESULTS = PruneChoice()


def unwanted(results: Sequence[ListedResult], *, rule: PruneRule, now: datetime) -> tuple[ListedResult, ...]:
    """Return the results, newest first, that a rule does not keep, regardless of images made from them.

    Engines report times in whole seconds, so `now` may be earlier than the end of a run in the same second.
    """
    ranks: dict[str, int] = defaultdict(int)
    found: list[ListedResult] = []
    for result in results:
        is_among_last = False
        for repository in repositories_of(result):
            is_among_last = is_among_last or (rule.keep_last is not None and ranks[repository] < rule.keep_last)
            ranks[repository] += 1
        is_young = rule.older_than is not None and now - _full_second(result.record.ending.finished) < rule.older_than
        if not is_among_last and not is_young:
            found.append(result)
    return tuple(found)


def _full_second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def repositories_of(result: ListedResult) -> tuple[str, ...]:
    """Return the repositories of a result's tags; without tags, the repository of its code image."""
    if result.image.references:
        return tuple(dict.fromkeys(_repository(text) for text in result.image.references))
    code = result.record.image.reference
    return ("",) if parse_image_id(code) else (_repository(code),)


def choose(
    candidates: Sequence[ListedResult],
    *,
    images: Mapping[ImageId, Image],
    kept: Sequence[ListedResult],
    others: Iterable[ListedImage],
    needed: Iterable[RecordedImage],
    used: Collection[ImageId],
    force: bool,
) -> PruneChoice:
    """Choose which of the unwanted results can be removed.

    `images` are the candidates in full and `kept` are all other results. `others` are images that carry a record but
    are not results. `needed` are the images that unfinished runs use. `used` are the images of containers.
    """
    reasons: dict[ImageId, str] = {
        result.image.id: "a container uses it" for result in candidates if result.image.id in used
    }
    if not force:
        for result in candidates:
            if tag := next(filter(_is_by_hand, result.image.references), None):
                reasons.setdefault(result.image.id, f"it has the tag {tag}")
        _Needs(candidates, images, reasons).settle(kept, others, needed)
    return PruneChoice(
        going=tuple(result for result in candidates if result.image.id not in reasons),
        kept=tuple(KeptResult(result, reasons[result.image.id]) for result in candidates if result.image.id in reasons),
    )


def own_size(image: Image, *, code: Image | None) -> int | None:
    """Return the bytes a result adds to its code image; None if the code image no longer exists."""
    if code is None:
        return None
    if image.layers[: len(code.layers)] == code.layers:
        return max(0, image.size - code.size)
    return image.size  # the result has too many layers for the engine and was stored as a single layer


@dataclass(slots=True)
class _Needs:
    """The candidates that must stay because something that stays was made from them."""

    candidates: Sequence[ListedResult]
    images: Mapping[ImageId, Image]
    reasons: dict[ImageId, str]
    _by_mark: dict[str, ListedResult] = field(default_factory=dict)
    _there: set[ImageId] = field(default_factory=set)
    """The IDs of all results."""

    def settle(
        self, kept: Sequence[ListedResult], others: Iterable[ListedImage], needed: Iterable[RecordedImage]
    ) -> None:
        for result in self.candidates:
            self._there.add(result.image.id)
            for mark in self._marks_of(result):
                self._by_mark.setdefault(mark, result)
        waiting = [(image, "an unfinished run was made from it") for image in needed]
        for image in others:
            record = parse_record(image.labels)
            if record is not None and (origin := self._by_mark.get(record.id)):
                self._keep(origin, f"{_name(image)} was built from it", waiting)
        self._there |= {result.image.id for result in kept}
        for result in (*kept, *(one for one in self.candidates if one.image.id in self.reasons)):
            self._ask_for_parents(result, waiting)
        while waiting:
            recorded, why = waiting.pop()
            if parent := self._found(recorded):
                self._keep(parent, why, waiting)

    def _found(self, recorded: RecordedImage) -> ListedResult | None:
        """Return the candidate that a record refers to.

        Layers are compared only if no result has the ID, because two runs may leave the same layers.
        """
        digests = (text.partition("@")[2] for text in recorded.digests)
        marks = [recorded.id, *digests]
        if recorded.id not in self._there and recorded.chain:
            marks.append(f"chain {recorded.chain}")
        return next((self._by_mark[mark] for mark in marks if mark in self._by_mark), None)

    def _keep(self, result: ListedResult, why: str, waiting: list[tuple[RecordedImage, str]]) -> None:
        if result.image.id not in self.reasons:
            self.reasons[result.image.id] = why
            self._ask_for_parents(result, waiting)

    def _ask_for_parents(self, result: ListedResult, waiting: list[tuple[RecordedImage, str]]) -> None:
        waiting += [(image, f"{_name(result.image)} was made from it") for image in result.record.made_from]

    def _marks_of(self, result: ListedResult) -> tuple[str, ...]:
        """Return all identities of a result that others may refer to: its run, its ID, its digests, its layers."""
        image = self.images[result.image.id]
        digests = (text.partition("@")[2] for text in image.digests)
        return tuple(
            filter(None, (result.record.id, image.id, *digests, f"chain {image.chain}" if image.chain else ""))
        )


def _is_by_hand(reference: str) -> bool:
    """Return whether a tag was not assigned to a result by jobber."""
    return not is_result_tag(reference.rpartition("/")[2].partition(":")[2])


def _repository(text: str) -> str:
    head, slash, last = text.partition("@")[0].rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"


def _name(image: ListedImage) -> str:
    """Return the image's name for messages: preferably the fixed tag, else `latest-run`, else a short ID."""
    tags = sorted(image.references, key=lambda text: text.endswith(f":{LATEST_RUN}"))
    return next(iter(tags), image.id.removeprefix("sha256:")[:12])
