"""Find the results among an engine's images, and inspect those that may have been built from a result."""

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
    """Return the results among listed images (default: all images of the engine), newest first.

    Image lists contain no layers, so images must be inspected. Most results need no inspection, because they have the
    tag of their own run.
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
    """Return the result images of a run, tagged ones first.

    There is more than one if a process was killed while it saved the result.
    """
    return tuple(image for image in engine.runs.results(run) if not is_known_as_derived(image))
