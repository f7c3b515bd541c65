"""Make a result image out of a container on Podman.

A commit takes over the container's configuration; `changes` put the code image's back. The log is written into the
container, except where something is mounted over its place: then into a second container, made from a first image.
Where the code image has so many layers that no container could be started from an image with one more, the first
image is an export of the whole file system.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

from jobber.adapters.archive import log_archive
from jobber.adapters.ownership import unfinished_labels
from jobber.adapters.podman.parts import make_part, remove_part
from jobber.adapters.podman.translate import failed, image_id
from jobber.domain.errors import ContainerNotFound, EngineFailed, JobberError
from jobber.domain.input import lies_within, normal_path

if TYPE_CHECKING:
    from jobber.adapters.wire import Wire
    from jobber.domain.container import ContainerId, Snapshot
    from jobber.domain.reference import ImageId

_MISSING = 404
_LOG = "/run.log"
_ROOT = "0"


def commit(wire: Wire, container: ContainerId, *, snapshot: Snapshot, log: BinaryIO) -> ImageId:
    """Commit with the log as `/run.log`. Raises `ContainerNotFound`, `EngineFailed`."""
    with wire.call("GET", f"/containers/{container}/json") as response:
        if response.status == _MISSING:
            raise ContainerNotFound(container)
        if not response.ok:
            raise failed("inspect the container", response)
        facts = response.json()
    changes = _changes(snapshot, facts["Config"])
    if snapshot.is_flat:
        changes += _inherited(snapshot, facts["Config"])
        return _commit_again(wire, _flatten(wire, container), changes, log=log)
    if not _is_mounted_over(facts):
        _put_log(wire, container, log)
        return _commit(wire, container, changes)
    unfinished = [f"LABEL {name}={value}" for name, value in unfinished_labels().items()]
    return _commit_again(wire, _commit(wire, container, [*changes, *unfinished]), changes, log=log)


def _commit_again(wire: Wire, first: ImageId, changes: list[str], *, log: BinaryIO) -> ImageId:
    """Commit from a container of the first image, which is removed where that fails."""
    try:
        part = make_part(wire, first)
        try:
            _put_log(wire, part, log)
            return _commit(wire, part, changes)
        finally:
            remove_part(wire, part)
    except BaseException:
        with suppress(JobberError):  # the first error is the one to tell
            _remove_image(wire, first)
        raise


def _flatten(wire: Wire, container: str) -> ImageId:
    """An image without configuration whose one layer is the container's whole file system."""
    with wire.call("GET", f"/containers/{container}/export") as exported:
        if not exported.ok:
            raise failed("export the container", exported)
        with wire.call(
            "POST",
            "/images/import",
            query={"changes": [f"LABEL {name}={value}" for name, value in unfinished_labels().items()]},
            stream=exported.chunks(),
            headers={"Content-Type": "application/x-tar"},
        ) as response:
            if not response.ok:
                raise failed("import the container", response)
            return image_id(response.json()["Id"])


def _commit(wire: Wire, container: str, changes: list[str]) -> ImageId:
    query = {"container": container, "changes": changes, "format": "docker", "pause": False}
    with wire.call("POST", "/commit", query=query) as response:
        if not response.ok:
            raise failed("commit the container", response)
        return image_id(response.json()["Id"])


def _put_log(wire: Wire, container: str, log: BinaryIO) -> None:
    with wire.call(
        "PUT",
        f"/containers/{container}/archive",
        query={"path": "/"},
        stream=log_archive(log),
        headers={"Content-Type": "application/x-tar"},
    ) as response:
        if not response.ok:
            raise failed(f"write {_LOG}", response)


def _changes(snapshot: Snapshot, container: dict[str, Any]) -> list[str]:
    code = snapshot.configuration
    known = {variable.partition("=")[0] for variable in code.environment}
    changes = [
        f"CMD {json.dumps(list(code.command or ()))}",
        f"ENTRYPOINT {json.dumps(list(code.entrypoint or ()))}",
        f"WORKDIR {code.workdir or '/'}",
        *(f"ENV {variable}" for variable in code.environment),
        *(f"ENV {name}=" for name in snapshot.added_environment if name not in known),
        *(f"LABEL {name}={value}" for name, value in snapshot.labels.items()),
    ]
    if code.user or container.get("User"):
        changes.append(f"USER {code.user or _ROOT}")
    return changes


def _inherited(snapshot: Snapshot, container: dict[str, Any]) -> list[str]:
    """What a commit of the container itself would have kept of its configuration."""
    code = snapshot.configuration
    labels = container.get("Labels") or {}
    return [
        *(f"LABEL {name}={value}" for name, value in labels.items() if name not in snapshot.labels),
        *(f"EXPOSE {port}" for port in code.exposed_ports),
        *(f"VOLUME {path}" for path in code.volumes),
        *((f"STOPSIGNAL {code.stop_signal}",) if code.stop_signal else ()),
    ]


def _is_mounted_over(facts: dict[str, Any]) -> bool:
    places = [mount["Destination"] for mount in facts.get("Mounts") or ()]
    places += facts["HostConfig"].get("Tmpfs") or {}
    return any(lies_within(_LOG, directory=normal_path(place)) for place in places)


def _remove_image(wire: Wire, image: ImageId) -> None:
    with wire.call("DELETE", f"/images/{image.removeprefix('sha256:')}") as response:
        if not response.ok and response.status != _MISSING:
            raise EngineFailed("remove an unfinished image", why=response.why())
