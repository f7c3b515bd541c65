"""Give the result of an earlier run the recipe key and the tags of a job, without running anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors import EngineFailed
from jobber.domain.runs.keys import key_tag
from jobber.domain.runs.label_names import Label

if TYPE_CHECKING:
    from jobber.domain.images.image import ListedImage
    from jobber.domain.images.reference import ImageId
    from jobber.domain.pipelines.job import Job
    from jobber.domain.ports import Engine


def adopt(engine: Engine, job: Job, image: ListedImage, *, recipe: str) -> tuple[ImageId, tuple[str, ...]]:
    """Return the image that has a result's files, the recipe key and the moving tag of a job, and its tags.

    An image with another recipe key is copied without its layers. If the engine refuses that, the tag of the key alone
    names it. Raises `ImageNotFound`, `EngineLost`.
    """
    id_, tags = image.id, list(image.references)
    tag = job.repository.tagged(key_tag(recipe))
    if image.labels.get(Label.RECIPE_KEY, "") != recipe and str(tag) not in tags:
        try:
            id_, tags = engine.images.relabel(image.id, labels={str(Label.RECIPE_KEY): recipe}), []
        except EngineFailed:
            id_ = image.id
        engine.images.tag(id_, reference=tag)
        tags.append(str(tag))
    return id_, (*tags, *_moved(engine, job, id_, tags))


def _moved(engine: Engine, job: Job, image: ImageId, tags: list[str]) -> tuple[str, ...]:
    if str(job.moving) in tags:
        return ()
    engine.images.tag(image, reference=job.moving)
    return (str(job.moving),)
