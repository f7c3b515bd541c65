"""Containers that jobber makes for its own ends, never starts, and takes away again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jobber.adapters.engine_api.calls import failed
from jobber.adapters.host.process_identity import current_owner, is_alive
from jobber.adapters.podman.translate import not_started
from jobber.domain.containers.container import ContainerId
from jobber.domain.errors import EngineFailed, ImageNotFound, NameTaken
from jobber.domain.runs.label_names import Label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.adapters.wire import Wire
    from jobber.domain.images.reference import ImageId

_MISSING = 404
_NOT_FOUND = 127
_DUMMY = "/jobber-never-starts-this"


def create_helper(
    wire: Wire,
    image: ImageId,
    *,
    name: str | None = None,
    volumes: tuple[dict[str, Any], ...] = (),
    facts: Mapping[str, str] | None = None,
    with_command: bool = True,
) -> ContainerId:
    """Make a container that is never started, and says whose it is. Raises `NameTaken`, `ImageNotFound`.

    `facts` stand beside the owner, or in its place. Podman 4 makes none without a command; one that is to be
    committed on Podman 5 must have none.
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
    with wire.call("POST", "/containers/create", body=body) as response:
        if not response.ok:
            raise create_failed(failed("create a container", response), image=image, name=name)
        return ContainerId(response.json()["Id"])


def create_failed(error: EngineFailed, *, image: ImageId, name: str | None) -> Exception:
    """What Podman means with a create that failed: on 4.3 everything is a 500."""
    why = error.why.lower()
    if name is not None and "already in use" in why:
        return NameTaken(name)
    if "image not known" in why or "no such image" in why:
        return ImageNotFound(image)
    return error


def set_up_part(wire: Wire, container: ContainerId, *, call: str) -> None:
    """Mount a part's volumes, which copies into those that are new. Raises `EngineFailed`."""
    with wire.call("POST", f"/containers/{container}/init") as response:
        error = None if response.ok else failed(call, response)
    # The copy comes before the runtime looks for the command, which nobody has.
    if error is not None and not_started(error.why).exit_status != _NOT_FOUND:
        raise error


def remove_helper(wire: Wire, container: str, *, only_abandoned: bool = False) -> None:
    """Remove such a container, and its anonymous volumes; with `only_abandoned`, only if its maker is no more."""
    if only_abandoned:
        with wire.call("GET", f"/containers/{container}/json") as response:
            if not response.ok:
                return
            labels = response.json()["Config"].get("Labels") or {}
        if is_alive(part_owner(labels)) is not False:
            return
    query = {"force": True, "volumes": True, "timeout": 0}  # not `v`, as in Docker's calls
    with wire.call("DELETE", f"/containers/{container}", query=query) as response:
        if not response.ok and response.status != _MISSING:
            raise failed("remove a container", response)


def part_owner(labels: dict[str, str]) -> str:
    """Whose part a container is; empty where it is none."""
    try:
        facts = json.loads(labels.get(Label.RUN, ""))
        return str(facts.get(Label.PART, ""))
    except (ValueError, AttributeError):
        return ""
