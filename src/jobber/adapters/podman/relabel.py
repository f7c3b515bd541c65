"""Another image with the layers and configuration of an image, and other labels, on Podman.

jobber loads an archive with a configuration and no layers (`image_archive.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.adapters.podman.commit import load_description, raw_image
from jobber.domain.errors import EngineFailed, ImageNotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.adapters.wire import Wire
    from jobber.domain.images.reference import ImageId

_MISSING = 404


def relabel(wire: Wire, image: ImageId, labels: Mapping[str, str]) -> ImageId:
    """Create the image. Raises `ImageNotFound`, `EngineFailed`."""
    try:
        facts = raw_image(wire, image)
    except EngineFailed as error:
        if error.status == _MISSING:
            raise ImageNotFound(image) from None
        raise
    made = load_description(
        wire,
        facts,
        labels=labels,
        layers=tuple(facts["RootFS"].get("Layers") or ()),
        history=facts.get("History") or (),
        created=facts["Created"],
    )
    if made is None:
        raise EngineFailed("label the image", why="the engine refuses an image without its layers")
    return made
