"""Helper containers, which jobber creates for its own use, never starts, and removes again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jobber.adapters.engine_api.calls import NOT_FOUND, created_id, failed, perform
from jobber.adapters.host.process_identity import current_owner
from jobber.adapters.podman.translate import not_started
from jobber.adapters.run_claims.helper_containers import is_abandoned
from jobber.domain.containers.container import ContainerId
from jobber.domain.errors import EngineFailed, ImageNotFound, NameTaken
from jobber.domain.runs.label_names import Label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.adapters.engine_api.connection import EngineConnection
    from jobber.domain.images.reference import ImageId

_NOT_FOUND = 127
_DUMMY = "/jobber-never-starts-this"


def create_helper(
    client: EngineConnection,
    image: ImageId,
    *,
    name: str | None = None,
    volumes: tuple[dict[str, Any], ...] = (),
    facts: Mapping[str, str] | None = None,
    with_command: bool = True,
) -> ContainerId:
    """Create a container that is never started and that records its owner. Raises `NameTaken`, `ImageNotFound`.

    `facts` are stored beside the owner, or replace it. Podman 4 does not create a container without a command. A
    container that is to be committed on Podman 5 must not have one.
    """
    command = [_DUMMY] if with_command else []
    body: dict[str, Any] = {
        "image": image.removeprefix("sha256:"),
        "entrypoint": command,
        "command": command,
        "labels": {Label.RUN: json.dumps({Label.PART: current_owner(), **(facts or {})})},
        "netns": {"nsmode": "none"},
        "volumes": list(volumes),
    }
    if name is not None:
        body["name"] = name
    try:
        made = perform(client, "POST", "/containers/create", call="create a container", body=body)
    except EngineFailed as error:
        raise create_failed(error, image=image, name=name) from None
    return ContainerId(created_id(made))


def create_failed(error: EngineFailed, *, image: ImageId, name: str | None) -> Exception:
    """Return the error that a failed create call stands for; Podman 4.3 answers every failure with status 500."""
    why = error.why.lower()
    if name is not None and "already in use" in why:
        return NameTaken(name)
    if "image not known" in why or "no such image" in why:
        return ImageNotFound(image)
    return error


def set_up_helper(client: EngineConnection, container: ContainerId, *, call: str) -> None:
    """Mount a helper container's volumes, which fills new ones from the image. Raises `EngineFailed`."""
    with client.call("POST", f"/containers/{container}/init") as response:
        error = None if response.ok else failed(call, response)
    # Podman fills the volumes before the runtime looks for the command, which does not exist.
    if error is not None and not_started(error.why).exit_status != _NOT_FOUND:
        raise error


def remove_helper(client: EngineConnection, container: str, *, only_abandoned: bool = False) -> None:
    """Remove such a container with its anonymous volumes.

    With `only_abandoned`, remove it only if the process that created it has ended.
    """
    if only_abandoned:
        with client.call("GET", f"/containers/{container}/json") as response:
            if not response.ok or not is_abandoned(response.json()["Config"].get("Labels")):
                return
    query = {"force": True, "volumes": True, "timeout": 0}  # not `v`, as in Docker's calls
    where = f"/containers/{container}"
    perform(client, "DELETE", where, call="remove a container", query=query, accepts=(NOT_FOUND,))


def rename_container(client: EngineConnection, container: ContainerId, name: str) -> None:
    """Rename a container; one that has the name already is not an error. Raises `NameTaken`, `EngineFailed`."""
    where = f"/containers/{container}/rename"
    try:
        perform(client, "POST", where, call="rename the container", query={"name": name})
    except EngineFailed as error:
        raise (NameTaken(name) if "already in use" in error.why else error) from None
