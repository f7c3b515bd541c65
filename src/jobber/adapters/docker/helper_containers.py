"""Helper containers, which jobber creates for its own use, never starts, and removes again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jobber.adapters.docker.translate_errors import docker_call
from jobber.adapters.engine_api.calls import CONFLICT, NOT_FOUND
from jobber.adapters.host.process_identity import current_owner
from jobber.adapters.run_claims.helper_containers import is_abandoned
from jobber.domain.containers.container import ContainerId
from jobber.domain.errors import EngineFailed, ImageNotFound, NameTaken
from jobber.domain.runs.label_names import Label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.adapters.docker.client import DockerClient
    from jobber.domain.images.reference import ImageId

_DUMMY = "/jobber-never-starts-this"


def create_helper(
    client: DockerClient,
    image: ImageId,
    *,
    name: str | None = None,
    mounts: tuple[dict[str, Any], ...] = (),
    config: dict[str, Any] | None = None,
    facts: Mapping[str, str] | None = None,
) -> ContainerId:
    """Create a container that is never started and that records its owner. Raises `NameTaken`, `ImageNotFound`.

    The container has an entry point and no command, so that an image committed from it can have neither. The owner is
    in the label `jobber.run`, because a label of its own would end up in such an image. `config` is an image's
    configuration, for an image that has none itself. `facts` are stored beside the owner, or replace it.
    """
    body = {
        **(config or {}),
        "Image": image,
        "Entrypoint": [_DUMMY],
        "Labels": {Label.RUN: json.dumps({Label.PART: current_owner(), **(facts or {})})},
        "NetworkDisabled": True,
        "HostConfig": {"NetworkMode": "none", "Mounts": list(mounts)},
    }
    taken = NameTaken(name) if name is not None else None
    with docker_call("create a container", missing=ImageNotFound(image), conflict=taken):
        return ContainerId(client.create_container_from_config(body, name)["Id"])


def remove_helper(client: DockerClient, container: str, *, only_abandoned: bool = False) -> None:
    """Remove such a container; with `only_abandoned`, only if the process that created it has ended."""
    if only_abandoned:
        with client.call("GET", f"/containers/{container}/json") as response:
            if not response.ok or not is_abandoned(response.json()["Config"].get("Labels")):
                return
    with docker_call("remove a container", ignores=(NOT_FOUND, CONFLICT)):
        client.remove_container(container, force=True, v=True)


def rename_container(client: DockerClient, container: ContainerId, name: str) -> None:
    """Rename a container; one that has the name already is not an error. Raises `NameTaken`, `EngineFailed`."""
    try:
        with docker_call("rename the container", conflict=NameTaken(name)):
            client.rename(container, name)
    except EngineFailed as error:
        if "same name" not in error.why:
            raise
