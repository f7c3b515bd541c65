"""Calls of Docker's API that create images from containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from jobber.adapters.archives.tar_writer import log_archive
from jobber.adapters.engine_api.calls import failed
from jobber.adapters.host.process_identity import unfinished_labels
from jobber.domain.containers.container import LOG
from jobber.domain.errors import EngineFailed
from jobber.domain.images.reference import ImageId

if TYPE_CHECKING:
    from jobber.adapters.engine_api.connection import EngineConnection

_MISSING = 404


def commit_as(client: EngineConnection, container: str, configuration: dict[str, Any]) -> ImageId:
    """Commit a container; Docker fills empty fields of the configuration from the container's."""
    query = {"container": container, "pause": False}
    with client.call("POST", "/commit", query=query, body=configuration) as response:
        if not response.ok:
            raise failed("commit the container", response)
        return ImageId(response.json()["Id"])


def flatten(client: EngineConnection, container: str) -> ImageId:
    """Create an unfinished image without configuration whose only layer is the container's whole file system."""
    with client.call("GET", f"/containers/{container}/export") as exported:
        if not exported.ok:
            raise failed("export the container", exported)
        with client.call(
            "POST",
            "/images/create",
            query={"fromSrc": "-", "changes": [f"LABEL {name}={value}" for name, value in unfinished_labels().items()]},
            stream=exported.chunks(),
            headers={"Content-Type": "application/x-tar"},
        ) as response:
            if not response.ok:
                raise failed("import the container", response)
            events = list(response.json_lines())
    if why := next((event["error"] for event in events if "error" in event), None):
        raise EngineFailed("import the container", why=why)
    return ImageId(events[-1]["status"])


def put_log(client: EngineConnection, container: str, log: BinaryIO) -> None:
    """Write the log into a container. Raises `EngineFailed`."""
    with client.call(
        "PUT",
        f"/containers/{container}/archive",
        query={"path": "/"},
        stream=log_archive(log),
        headers={"Content-Type": "application/x-tar"},
    ) as response:
        if not response.ok:
            raise failed(f"write {LOG}", response)


def remove_unfinished(client: EngineConnection, image: ImageId) -> None:
    """Remove an image that another image was made from, without removing its own parents."""
    with client.call("DELETE", f"/images/{image}", query={"noprune": True}) as response:
        if not response.ok and response.status != _MISSING:
            raise EngineFailed("remove an unfinished image", why=response.why(), status=response.status)
