"""Calls of Podman's API that create images from containers."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from jobber.adapters.archives.tar_writer import log_archive
from jobber.adapters.engine_api.calls import NOT_FOUND, created_id, perform
from jobber.adapters.engine_api.committing import import_exported, label_changes
from jobber.adapters.engine_api.retry import retrying
from jobber.adapters.host.process_identity import unfinished_labels
from jobber.adapters.podman.archives import mounted
from jobber.adapters.podman.transient import while_removed
from jobber.adapters.podman.translate import copy_cause, image_id
from jobber.domain.containers.container import LOG
from jobber.domain.errors import EngineFailed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from jobber.adapters.podman.client import PodmanClient
    from jobber.domain.images.reference import ImageId

_CLEARING_UP = "stopped"
"""The state of a container whose process has ended and whose file system Podman is about to unmount; then `exited`."""
_UNMOUNTED = "changing to intended-new-root directory"
"""Podman's error if its own cleanup unmounts the file system in the middle of a call."""


def commit_as(
    client: PodmanClient,
    container: str,
    *,
    changes: Sequence[str] = (),
    configuration: dict[str, Any] | None = None,
) -> ImageId:
    """Commit a container; settings missing in `changes` and, on Podman 5, in the configuration are the container's."""
    query = {"container": container, "changes": list(changes), "format": "docker", "pause": False}
    commit = partial(perform, client, "POST", "/commit", call="commit the container", query=query, body=configuration)
    return image_id(created_id(while_removed(commit)))


def commit_unfinished(client: PodmanClient, container: str, *, takes_configuration: bool) -> ImageId:
    """Commit a container as an intermediate image, which has an owner instead of a run record."""
    labels = unfinished_labels()
    if takes_configuration:
        return commit_as(client, container, configuration={"Labels": labels})
    return commit_as(client, container, changes=label_changes(labels))


def flatten(client: PodmanClient, container: str) -> ImageId:
    """Create an unfinished image without configuration whose only layer is the container's whole file system."""
    events = import_exported(client, container, "/images/import", query={}, labels=unfinished_labels())
    return image_id(created_id(events[-1] if events else None))


def put_log(client: PodmanClient, container: str, log: BinaryIO) -> None:
    """Write the log into a container. Raises `EngineFailed`."""
    retrying(lambda: _put_log(client, container, log), sign=_UNMOUNTED)


def _put_log(client: PodmanClient, container: str, log: BinaryIO) -> None:
    where, stream = f"/containers/{container}/archive", log_archive(log)
    try:
        perform(client, "PUT", where, call=f"write {LOG}", query={"path": "/"}, stream=stream)
    except EngineFailed as error:
        raise EngineFailed(error.call, why=copy_cause(error.why), status=error.status) from None


def kept_mounted(client: PodmanClient, facts: dict[str, Any]) -> AbstractContextManager[None]:
    """Keep the file system of a container mounted while Podman is still cleaning up after it.

    Podman 5 reports that a container has stopped before the cleanup is done. A file written meanwhile would end up
    below the mount point. The image would lack it, and the container could not be removed.
    """
    return mounted(client, facts["Id"]) if facts["State"]["Status"] == _CLEARING_UP else nullcontext()


def remove_unfinished(client: PodmanClient, image: ImageId) -> None:
    """Remove an image that another image was made from."""
    path = f"/images/{image.removeprefix('sha256:')}"
    perform(client, "DELETE", path, call="remove an unfinished image", accepts=(NOT_FOUND,))
