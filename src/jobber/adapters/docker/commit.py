"""Creation of a result image from a container on Docker, with exactly the code image's configuration.

A commit starts from the container's configuration and only adds to it. Docker 20.10 also keeps a full copy of it in the
image. If some of that would remain, jobber commits the container as an unfinished image. It then loads the result over
the layers of that image: an archive with a configuration and no layers (`image_archive.py`).

jobber does the same if the log can't be written into the container: the log is then a layer of that archive. The code
image may have so many layers that no container could be created from an image with one more. The unfinished image is
then an export of the whole file system.

containerd's image store refuses such an archive. There jobber makes a second commit (`second_commit.py`).
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

from jobber.adapters.docker.committing import commit_as, flatten, put_log, remove_unfinished
from jobber.adapters.docker.translate_errors import docker_call
from jobber.adapters.engine_api.calls import TAR
from jobber.adapters.engine_api.log_place import is_mounted_over
from jobber.adapters.host.process_identity import unfinished_labels
from jobber.domain.containers.container import ContainerId
from jobber.domain.errors import EngineFailed, JobberError

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobber.adapters.archives.image_archive import LogLayer
    from jobber.adapters.docker.client import DockerClient
    from jobber.domain.images.reference import ImageId
    from jobber.domain.runs.snapshot import Snapshot

_PLATFORM = {
    "architecture": "Architecture",
    "variant": "Variant",
    "os": "Os",
    "os.version": "OsVersion",
    "author": "Author",
}
"""Fields of an image's configuration beside its `config`, and their names in an inspect response."""


def commit(
    client: DockerClient,
    facts: dict[str, Any],
    *,
    snapshot: Snapshot,
    log: BinaryIO,
    keeps_configuration: Callable[[], bool],
) -> ImageId:
    """Commit the container with the log as `/run.log`; `facts` is Docker's inspect response for it.

    `keeps_configuration` returns whether this Docker accepts an archive without layers. Raises `EngineFailed`.
    """
    container = ContainerId(facts["Id"])
    code = raw_image(client, facts["Image"])
    labels = {**(code["Config"].get("Labels") or {}), **snapshot.labels}
    wanted = {**code["Config"], "Labels": labels}
    takes_log = not snapshot.is_flat and not facts["HostConfig"]["ReadonlyRootfs"] and not is_mounted_over(facts)
    if takes_log:
        put_log(client, container, log)
        if not _would_stay(facts["Config"], wanted) and (made := _exact_commit(client, container, wanted)):
            return made
    from jobber.adapters.docker.second_commit import commit_again, configuration_of

    own_log = None if takes_log else log
    if snapshot.is_flat:
        unfinished = flatten(client, container)
    else:
        blank = configuration_of(snapshot, container=facts["Config"], code=code["Config"])
        unfinished = commit_as(client, container, {**blank, "Labels": unfinished_labels()})
    try:
        made = _load(
            client, unfinished, wanted, code=code, log=own_log, snapshot=snapshot, is_asked=keeps_configuration
        )
        return made or commit_again(client, unfinished, snapshot=snapshot, container=facts, code=code, log=own_log)
    finally:
        with suppress(JobberError):  # the result counts more than the cleanup, and `jobber recover` removes leftovers
            remove_unfinished(client, unfinished)


def _exact_commit(client: DockerClient, container: str, wanted: dict[str, Any]) -> ImageId | None:
    """Commit the container; return the image if each field of its configuration is as wanted, else remove it."""
    made = commit_as(client, container, wanted)
    if raw_image(client, made)["Config"] == wanted:
        return made
    remove_unfinished(client, made)
    return None


def _load(
    client: DockerClient,
    unfinished: ImageId,
    wanted: dict[str, Any],
    *,
    code: dict[str, Any],
    log: BinaryIO | None,
    snapshot: Snapshot,
    is_asked: Callable[[], bool],
) -> ImageId | None:
    """Load an image with the layers of the unfinished one and, if given, the log; return None if Docker refuses it."""
    if not is_asked():
        return None
    from jobber.adapters.archives.image_archive import log_layer
    from jobber.adapters.engine_api.image_history import with_run

    below = raw_image(client, unfinished)
    top = None if log is None else log_layer(log)
    layers = (*below["RootFS"]["Layers"], *([top.digest] if top else []))
    own = len(code["RootFS"].get("Layers") or ())
    created = below["Created"]
    history = with_run(
        _history_of(client, code),
        created=created,
        layers=len(layers),
        below=0 if snapshot.is_flat else own,
        has_log_layer=top is not None,
    )
    return _load_description(client, code, wanted, layers=layers, history=history, created=created, top=top)


def load(client: DockerClient, code: dict[str, Any], wanted: dict[str, Any]) -> ImageId | None:
    """Load an image with the layers of an image and another configuration; return None if Docker refuses it.

    `code` is Docker's description of the image.
    """
    layers = tuple(code["RootFS"].get("Layers") or ())
    return _load_description(
        client, code, wanted, layers=layers, history=_history_of(client, code), created=code["Created"], top=None
    )


def _load_description(
    client: DockerClient,
    code: dict[str, Any],
    wanted: dict[str, Any],
    *,
    layers: tuple[str, ...],
    history: list[dict[str, Any]],
    created: str,
    top: LogLayer | None,
) -> ImageId | None:
    from jobber.adapters.archives.image_archive import ImageArchive, describe_image

    configuration = describe_image(
        platform={name: code.get(theirs) for name, theirs in _PLATFORM.items()},
        configuration=wanted,
        layers=layers,
        history=history,
        created=created,
    )
    archive = ImageArchive(configuration, layers, top)
    with client.call(
        "POST",
        "/images/load",
        query={"quiet": True},
        stream=archive.for_docker(),
        headers=TAR,
    ) as response:
        response.read()  # Docker can also report errors within the stream
    with client.call("GET", f"/images/{archive.id}/json") as response:
        return archive.id if response.ok and tuple(response.json()["RootFS"]["Layers"]) == layers else None


def raw_image(client: DockerClient, image: str, *, missing: Exception | None = None) -> dict[str, Any]:
    """Return Docker's inspect response for an image. Raises `EngineFailed`; `missing` if there is no such image."""
    with docker_call(f"inspect image {image}", missing=missing):
        facts = client.inspect_image(image)
        return {**facts, "Config": facts.get("Config") or {}}


def _history_of(client: DockerClient, code: dict[str, Any]) -> list[dict[str, Any]]:
    from jobber.adapters.engine_api.image_history import docker_history

    steps: list[dict[str, Any]] = []
    with suppress(EngineFailed), docker_call("read the history"):
        steps = client.history(code["Id"])
    return docker_history(steps, layers=len(code["RootFS"].get("Layers") or ()))


def _would_stay(container: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Return whether a commit would keep parts of the container's configuration that the result must not have.

    A commit fills every field that is empty in the result's configuration. A copy keeps the value of a variable even if
    the result has another value.
    """
    has_words = bool(wanted.get("Entrypoint"))
    return (
        sorted(container.get("Env") or ()) != sorted(wanted.get("Env") or ())
        or any(container.get(key) and not wanted.get(key) for key in ("User", "WorkingDir", "StopSignal"))
        or any(
            set(container.get(key) or ()) - set(wanted.get(key) or ()) for key in ("ExposedPorts", "Volumes", "Labels")
        )
        or container.get("Healthcheck") != wanted.get("Healthcheck")
        or bool(container.get("Entrypoint") and not has_words)
        or bool(container.get("Cmd") and not wanted.get("Cmd") and not has_words)
    )
