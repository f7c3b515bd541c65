"""Which results can go, and which must stay because of others."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobber.domain.images.naming import LATEST_RUN, is_result_tag
from jobber.domain.images.reference import parse_image_id
from jobber.domain.runs.result import parse_record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime, timedelta

    from jobber.domain.images.image import Image, ListedImage
    from jobber.domain.images.reference import ImageId
    from jobber.domain.runs.record import RecordedImage
    from jobber.domain.runs.result import ListedResult


@dataclass(frozen=True, slots=True)
class PruneRule:
    """Which results are wanted no more: those that no part of the rule keeps."""

    keep_last: int | None = None
    """How many of each repository stay."""
    older_than: timedelta | None = None
    """The age from which on results go."""
    force: bool = False
    """Whether results go that others were made from, or that somebody has tagged."""


@dataclass(frozen=True, slots=True)
class KeptResult:
    """A result that the rule gives up, and that stays."""

    result: ListedResult
    why: str


@dataclass(frozen=True, slots=True)
class PruneChoice:
    """What goes, and what stays although the rule would have it go."""

    going: tuple[ListedResult, ...] = ()
    """Newest first, so that what others were made from goes after them."""
    kept: tuple[KeptResult, ...] = ()


NO_RESULTS = PruneChoice()


def unwanted(results: Sequence[ListedResult], *, rule: PruneRule, now: datetime) -> tuple[ListedResult, ...]:
    """The results, newest first, that a rule gives up, whatever was made from them.

    An engine's clock tells whole seconds, so `now` may lie before the end of a run of the same second.
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
    """Where a result belongs: the repositories of its tags; without any that of its code image."""
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
    """Which of the results that are wanted no more can go.

    `images` are the candidates in full, `kept` all other results, `others` images that carry a record and are no
    results, `needed` what unfinished runs are made from, `used` the images of containers.
    """
    reasons: dict[ImageId, str] = {
        result.image.id: "a container uses it" for result in candidates if result.image.id in used
    }
    if not force:
        for result in candidates:
            if tag := next(filter(_is_by_hand, result.image.references), None):
                reasons.setdefault(result.image.id, f"somebody has tagged it {tag}")
        _Needs(candidates, images, reasons).settle(kept, others, needed)
    return PruneChoice(
        going=tuple(result for result in candidates if result.image.id not in reasons),
        kept=tuple(KeptResult(result, reasons[result.image.id]) for result in candidates if result.image.id in reasons),
    )


def own_size(image: Image, *, code: Image | None) -> int | None:
    """The bytes that go with a result: what it has beyond its code image. None where that image is gone."""
    if code is None:
        return None
    if image.layers[: len(code.layers)] == code.layers:
        return max(0, image.size - code.size)
    return image.size  # a chain so long that the result is a single layer


@dataclass(slots=True)
class _Needs:
    """What must stay because something that stays was made from it."""

    candidates: Sequence[ListedResult]
    images: Mapping[ImageId, Image]
    reasons: dict[ImageId, str]
    _by_mark: dict[str, ListedResult] = field(default_factory=dict)
    _there: set[ImageId] = field(default_factory=set)
    """The ids of all results."""

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
        """The candidate that a record means; by layers only where nothing has its id: two runs may leave the same."""
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
        """All that others may know a result by: its run, its id, its digests, its layers."""
        image = self.images[result.image.id]
        digests = (text.partition("@")[2] for text in image.digests)
        return tuple(
            filter(None, (result.record.id, image.id, *digests, f"chain {image.chain}" if image.chain else ""))
        )


def _is_by_hand(reference: str) -> bool:
    """Whether a tag is none that jobber gives to results."""
    return not is_result_tag(reference.rpartition("/")[2].partition(":")[2])


def _repository(text: str) -> str:
    head, slash, last = text.partition("@")[0].rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"


def _name(image: ListedImage) -> str:
    """What a person knows an image by: the tag that never moves, if it has one."""
    tags = sorted(image.references, key=lambda text: text.endswith(f":{LATEST_RUN}"))
    return next(iter(tags), image.id.removeprefix("sha256:")[:12])
