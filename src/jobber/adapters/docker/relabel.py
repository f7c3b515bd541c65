"""Another image with the layers and configuration of an image, and other labels, on Docker.

jobber loads an archive with a configuration and no layers (`image_archive.py`). containerd's image store refuses that;
there jobber commits a container of the image, which is never started.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.adapters.docker.commit import load, raw_image
from jobber.adapters.docker.committing import commit_as, keeps_configuration
from jobber.adapters.docker.parts import create_helper, remove_helper
from jobber.domain.errors import ImageNotFound
from jobber.domain.runs.label_names import Label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.adapters.wire import Wire
    from jobber.domain.images.reference import ImageId

_MISSING = 404


def relabel(wire: Wire, image: ImageId, labels: Mapping[str, str]) -> ImageId:
    """Create the image. Raises `ImageNotFound`, `EngineFailed`."""
    with wire.call("GET", f"/images/{image}/json") as response:
        if response.status == _MISSING:
            raise ImageNotFound(image)
    code = raw_image(wire, image)
    own = code["Config"].get("Labels") or {}
    wanted = {**code["Config"], "Labels": {**own, **labels}}
    if keeps_configuration(wire) and (made := load(wire, code, wanted)):
        return made
    part = create_helper(wire, image)
    try:
        # An empty field would take the value of the helper container.
        words = {name: wanted.get(name) or [] for name in ("Cmd", "Entrypoint")}
        kept = {Label.RUN: "", **wanted["Labels"]}
        return commit_as(wire, part, {**wanted, **words, "Labels": {str(name): text for name, text in kept.items()}})
    finally:
        remove_helper(wire, part)
