"""Another image with the layers and configuration of an image, and other labels, on Docker.

jobber loads an archive with a configuration and no layers (`image_archive.py`). containerd's image store refuses that;
there jobber commits a container of the image, which is never started.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.adapters.docker.commit import load, raw_image
from jobber.adapters.docker.committing import commit_as, keeps_configuration
from jobber.adapters.docker.helper_containers import create_helper, remove_helper
from jobber.adapters.docker.translate_errors import docker_call
from jobber.domain.errors import ImageNotFound
from jobber.domain.runs.label_names import Label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.adapters.docker.client import DockerClient
    from jobber.domain.images.reference import ImageId


def relabel(client: DockerClient, image: ImageId, labels: Mapping[str, str]) -> ImageId:
    """Create the image. Raises `ImageNotFound`, `EngineFailed`."""
    code = raw_image(client, image, missing=ImageNotFound(image))
    own = code["Config"].get("Labels") or {}
    wanted = {**code["Config"], "Labels": {**own, **labels}}
    with docker_call("read the description of the engine"):
        info = client.info()
    if keeps_configuration(info) and (made := load(client, code, wanted)):
        return made
    helper = create_helper(client, image)
    try:
        # An empty field would take the value of the helper container.
        words = {name: wanted.get(name) or [] for name in ("Cmd", "Entrypoint")}
        kept = {Label.RUN: "", **wanted["Labels"]}
        return commit_as(
            client, helper, {**wanted, **words, "Labels": {str(name): text for name, text in kept.items()}}
        )
    finally:
        remove_helper(client, helper)
