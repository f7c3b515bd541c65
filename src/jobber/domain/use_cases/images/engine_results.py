"""Which of the images that an engine lists are results; what may have been built from one is looked into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors import ImageNotFound
from jobber.domain.runs.derived import has_own_tag, is_derived, is_known_as_derived
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.result import results_among

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobber.domain.images.image import Image, ListedImage
    from jobber.domain.ports import Engine
    from jobber.domain.runs.result import ListedResult, RunRecord


def results_here(engine: Engine, images: Iterable[ListedImage] | None = None) -> tuple[ListedResult, ...]:
    """The results among images that an engine has listed, or among all that it has, newest first.

    Lists tell no layers, so images are looked into; but for those with the tag of their run's result, nearly all.
    """

    def is_result(listed: ListedImage, record: RunRecord) -> bool:
        if has_own_tag(listed, record):
            return True
        try:
            return not is_derived(engine.images.inspect(listed.id), record)
        except ImageNotFound:  # removed meanwhile
            return False

    if images is None:
        images = engine.images.list(labels={Label.RUN: None})
    return results_among(images, is_result=is_result, is_sure=has_own_tag)


def results_of_run(engine: Engine, run: str) -> tuple[Image, ...]:
    """The images that a run has left, the one that has tags first: one, or more where somebody was killed."""
    return tuple(image for image in engine.runs.results(run) if not is_known_as_derived(image))
