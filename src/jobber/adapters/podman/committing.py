"""Calls of Podman's API that create images from containers."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, BinaryIO

from jobber.adapters.archives.tar_writer import log_archive
from jobber.adapters.engine_api.calls import failed
from jobber.adapters.engine_api.retry import retrying
from jobber.adapters.host.process_identity import unfinished_labels
from jobber.adapters.podman.archives import mounted
from jobber.adapters.podman.translate import copy_cause, image_id
from jobber.domain.containers.container import LOG
from jobber.domain.errors import EngineFailed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from jobber.adapters.engine_api.connection import EngineConnection
    from jobber.domain.images.reference import ImageId

_MISSING = 404
_CLEARING_UP = "stopped"
"""The state of a container whose process has ended and whose file system Podman is about to unmount; then `exited`."""
_UNMOUNTED = "changing to intended-new-root directory"
"""Podman's error if its own cleanup unmounts the file system in the middle of a call."""


def commit_as(
    client: EngineConnection,
    container: str,
    *,
    changes: Sequence[str] = (),
    configuration: dict[str, Any] | None = None,
) -> ImageId:
    """Commit a container; settings missing in `changes` and, on Podman 5, in the configuration are the container's."""
    query = {"container": container, "changes": list(changes), "format": "docker", "pause": False}
    with client.call("POST", "/commit", query=query, body=configuration) as response:
        if not response.ok:
            raise failed("commit the container", response)
        return image_id(response.json()["Id"])


def commit_unfinished(client: EngineConnection, container: str, *, takes_configuration: bool) -> ImageId:
    """Commit a container as an intermediate image, which has an owner instead of a run record."""
    labels = unfinished_labels()
    if takes_configuration:
        return commit_as(client, container, configuration={"Labels": labels})
    return commit_as(client, container, changes=_label_changes(labels))


def flatten(client: EngineConnection, container: str) -> ImageId:
    """Create an unfinished image without configuration whose only layer is the container's whole file system."""
    with client.call("GET", f"/containers/{container}/export") as exported:
        if not exported.ok:
            raise failed("export the container", exported)
        with client.call(
            "POST",
            "/images/import",
            query={"changes": _label_changes(unfinished_labels())},
            stream=exported.chunks(),
            headers={"Content-Type": "application/x-tar"},
        ) as response:
            if not response.ok:
                raise failed("import the container", response)
            return image_id(response.json()["Id"])


def put_log(client: EngineConnection, container: str, log: BinaryIO) -> None:
    """Write the log into a container. Raises `EngineFailed`."""
    retrying(lambda: _put_log(client, container, log), sign=_UNMOUNTED)


def _put_log(client: EngineConnection, container: str, log: BinaryIO) -> None:
    with client.call(
        "PUT",
        f"/containers/{container}/archive",
        query={"path": "/"},
        stream=log_archive(log),
        headers={"Content-Type": "application/x-tar"},
    ) as response:
        if not response.ok:
            raise EngineFailed(f"write {LOG}", why=copy_cause(response.why()), status=response.status)


def kept_mounted(client: EngineConnection, facts: dict[str, Any]) -> AbstractContextManager[None]:
    """Keep the file system of a container mounted while Podman is still cleaning up after it.

    Podman 5 reports that a container has stopped before the cleanup is done. A file written meanwhile would end up
    below the mount point. The image would lack it, and the container could not be removed.
    """
    return mounted(client, facts["Id"]) if facts["State"]["Status"] == _CLEARING_UP else nullcontext()


def remove_unfinished(client: EngineConnection, image: ImageId) -> None:
    """Remove an image that another image was made from."""
    with client.call("DELETE", f"/images/{image.removeprefix('sha256:')}") as response:
        if not response.ok and response.status != _MISSING:
            raise EngineFailed("remove an unfinished image", why=response.why(), status=response.status)


def _label_changes(labels: dict[str, str]) -> list[str]:
    return [f"LABEL {name}={value}" for name, value in labels.items()]
