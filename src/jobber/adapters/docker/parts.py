"""Helper containers, which jobber creates for its own use, never starts, and removes again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jobber.adapters.engine_api.calls import failed
from jobber.adapters.host.process_identity import current_owner, is_alive
from jobber.domain.containers.container import ContainerId
from jobber.domain.errors import ImageNotFound, NameTaken
from jobber.domain.runs.label_names import Label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.adapters.engine_api.connection import EngineConnection
    from jobber.domain.images.reference import ImageId

_MISSING = 404
_CONFLICT = 409
_DUMMY = "/jobber-never-starts-this"


def create_helper(
    client: EngineConnection,
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
    with client.call("POST", "/containers/create", query={"name": name}, body=body) as response:
        if response.status == _CONFLICT and name is not None:
            raise NameTaken(name)
        if response.status == _MISSING:
            raise ImageNotFound(image)
        if not response.ok:
            raise failed("create a container", response)
        return ContainerId(response.json()["Id"])


def remove_helper(client: EngineConnection, container: str, *, only_abandoned: bool = False) -> None:
    """Remove such a container; with `only_abandoned`, only if the process that created it has ended."""
    if only_abandoned:
        with client.call("GET", f"/containers/{container}/json") as response:
            if not response.ok:
                return
            labels = response.json()["Config"].get("Labels") or {}
        if is_alive(part_owner(labels)) is not False:
            return
    with client.call("DELETE", f"/containers/{container}", query={"force": True, "v": True}) as response:
        if not response.ok and response.status not in (_MISSING, _CONFLICT):
            raise failed("remove a container", response)


def part_owner(labels: dict[str, str]) -> str:
    """Return the owner of a helper container; an empty string for any other container."""
    try:
        facts = json.loads(labels.get(Label.RUN, ""))
        return str(facts.get(Label.PART, ""))
    except (ValueError, AttributeError):
        return ""
