"""The results and built images of an engine, found by their keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobber.domain.images.reference import repository_of
from jobber.domain.runs.built import has_own_key
from jobber.domain.runs.derived import has_own_tag
from jobber.domain.runs.keys import KEY_TAG, KEY_TAG_DIGITS
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.policy import Outcome
from jobber.domain.runs.result import ListedResult, parse_record, results_among

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobber.domain.images.image import ListedImage


@dataclass(slots=True)
class Known:
    """The images of one list, by what pipelines ask for. A key stands for its first 32 digits, as in tags."""

    succeeded: dict[str, ListedResult] = field(default_factory=dict)
    """The newest succeeded result by recipe key and by content key."""
    ended: dict[str, ListedResult] = field(default_factory=dict)
    """The newest result of any outcome by recipe key and by content key."""
    of_repository: dict[str, list[ListedResult]] = field(default_factory=dict)
    """The results by repository, newest first."""
    built: dict[str, ListedImage] = field(default_factory=dict)
    """The newest built image by context key."""

    def result(self, key: str) -> ListedResult | None:
        """Return the newest succeeded result with a key."""
        return self.succeeded.get(key[:KEY_TAG_DIGITS])

    def add(self, result: ListedResult, *keys: str) -> None:
        """Add keys of a succeeded result."""
        for key in keys:
            self.succeeded[key[:KEY_TAG_DIGITS]] = result

    def latest(self, repository: str, *, including: str = "") -> tuple[ListedResult, ...]:
        """Return the succeeded results of a repository, newest first, and the result of any outcome with a tag."""
        return tuple(
            result
            for result in self.of_repository.get(repository, [])
            if result.record.ending.outcome is Outcome.SUCCEEDED or including in result.image.references
        )


def known_among(images: Iterable[ListedImage]) -> Known:
    """Return the facts in a list of images."""
    known = Known()
    listed = tuple(images)
    for image in sorted(listed, key=lambda image: image.created):
        if (key := image.labels.get(Label.CONTEXT_KEY)) and has_own_key(image):
            known.built[key] = image
    results = results_among(listed, is_sure=has_own_tag)
    for result in reversed(results):
        _add(known, result)
    _add_adopted(known, listed, {result.image.id for result in results})
    return known


def _add_adopted(known: Known, listed: Iterable[ListedImage], own: set[str]) -> None:
    """Add the copies of results that have another recipe key: a tag names it."""
    for image in listed:
        keys = _tagged_keys(image)
        if keys and image.id not in own and (record := parse_record(image.labels)) is not None:
            known.add(ListedResult(image, record), *keys)


def _add(known: Known, result: ListedResult) -> None:
    labels = result.image.labels
    keys = [labels.get(Label.RECIPE_KEY, ""), labels.get(Label.CONTENT_KEY, "")]
    repositories = dict.fromkeys(map(repository_of, result.image.references))
    for repository in repositories:
        known.of_repository.setdefault(repository, []).insert(0, result)
    known.ended.update({key[:KEY_TAG_DIGITS]: result for key in keys if key})
    if result.record.ending.outcome is Outcome.SUCCEEDED:
        known.add(result, *filter(None, keys), *_tagged_keys(result.image))


def _tagged_keys(image: ListedImage) -> tuple[str, ...]:
    """Return the keys that the tags of an image name."""
    tags = (text.rpartition(":")[2] for text in image.references)
    return tuple(tag.removeprefix(KEY_TAG) for tag in tags if tag.startswith(KEY_TAG))
