"""Another image with the layers and configuration of an image, and other labels, on Podman.

jobber loads an archive with a configuration and no layers (`image_archive.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.adapters.podman.commit import load_description
from jobber.adapters.podman.inspect_image import inspected_image
from jobber.domain.errors import EngineFailed, ImageNotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.adapters.podman.client import PodmanClient
    from jobber.domain.images.reference import ImageId


def relabel(client: PodmanClient, image: ImageId, labels: Mapping[str, str]) -> ImageId:
    """Create the image. Raises `ImageNotFound`, `EngineFailed`."""
    facts = inspected_image(client, image, image)
    if facts is None:
        raise ImageNotFound(image)
    made = load_description(
        client,
        facts,
        labels=labels,
        layers=tuple(facts["RootFS"].get("Layers") or ()),
        history=facts.get("History") or (),
        created=facts["Created"],
    )
    if made is None:
        raise EngineFailed("label the image", why="the engine refuses an image without its layers")
    return made
