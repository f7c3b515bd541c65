"""Calls of Docker's API that create images from containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from jobber.adapters.archives.tar_writer import log_archive
from jobber.adapters.docker.translate_errors import docker_call
from jobber.adapters.engine_api.calls import NOT_FOUND, malformed
from jobber.adapters.engine_api.committing import import_exported
from jobber.adapters.host.process_identity import unfinished_labels
from jobber.domain.containers.container import LOG
from jobber.domain.errors import EngineFailed
from jobber.domain.images.reference import ImageId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.adapters.docker.client import DockerClient

_CONTAINERD = "io.containerd.snapshotter"
"""The driver type of a Docker engine that keeps its images in containerd's store."""


def keeps_configuration(info: Mapping[str, Any]) -> bool:
    """Return whether this Docker accepts an archive without layers; with containerd's image store it does not.

    `info` is Docker's description of itself.
    """
    return not any(value.startswith(_CONTAINERD) for _, value in info.get("DriverStatus") or ())


def commit_as(client: DockerClient, container: str, configuration: dict[str, Any]) -> ImageId:
    """Commit a container; Docker fills empty fields of the configuration from the container's."""
    with docker_call("commit the container"):
        return ImageId(client.commit(container, pause=False, conf=configuration)["Id"])


def flatten(client: DockerClient, container: str) -> ImageId:
    """Create an unfinished image without configuration whose only layer is the container's whole file system."""
    query = {"fromSrc": "-"}
    events = import_exported(client, container, "/images/create", query=query, labels=unfinished_labels())
    if why := next((event["error"] for event in events if "error" in event), None):
        raise EngineFailed("import the container", why=why)
    try:
        return ImageId(events[-1]["status"])
    except LookupError as error:
        raise malformed(error) from error


def put_log(client: DockerClient, container: str, log: BinaryIO) -> None:
    """Write the log into a container. Raises `EngineFailed`."""
    with docker_call(f"write {LOG}"):
        client.put_archive(container, "/", log_archive(log))


def remove_unfinished(client: DockerClient, image: ImageId) -> None:
    """Remove an image that another image was made from, without removing its own parents."""
    with docker_call("remove an unfinished image", ignores=(NOT_FOUND,)):
        client.remove_image(image, noprune=True)
