"""Creation of a result image from a container on Podman, with exactly the code image's configuration.

A commit includes the container's configuration and variables of Podman's own. jobber therefore commits the container as
an unfinished image. It then loads the result over the layers of that image: an archive with a configuration and no
layers (`image_archive.py`).

jobber writes the log into the container. If the log's path is covered by a mount, the log is a layer of that archive.
The code image may have so many layers that no container could be started from an image with one more. The unfinished
image is then an export of the whole file system.

A Podman that refuses such an archive gets a second commit (`second_commit.py`).
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from jobber.adapters.archives.image_archive import ImageArchive, describe_image, log_layer
from jobber.adapters.engine_api.calls import failed
from jobber.adapters.engine_api.image_history import shell_of, triggers_of, with_run
from jobber.adapters.engine_api.log_place import is_mounted_over
from jobber.adapters.engine_api.retry import retrying
from jobber.adapters.podman.committing import commit_unfinished, flatten, kept_mounted, put_log, remove_unfinished
from jobber.adapters.podman.images import IS_BEING_REMOVED
from jobber.adapters.podman.second_commit import commit_again
from jobber.domain.errors import ContainerNotFound, EngineFailed, JobberError

if TYPE_CHECKING:
    from jobber.adapters.engine_api.connection import EngineConnection
    from jobber.domain.containers.container import ContainerId
    from jobber.domain.images.reference import ImageId
    from jobber.domain.runs.snapshot import Snapshot

_MISSING = 404
_PLATFORM = {"architecture": "Architecture", "variant": "Variant", "os": "Os", "author": "Author"}
"""Fields of an image's configuration beside its `config`, and their names in an inspect response."""
_DOCKER = "application/vnd.docker."
"""The prefix of manifest types whose configuration has more fields than Podman reports."""
_BUILDAH = "io.buildah.version"
"""A label of every image that Podman has built."""
_EMPTY: dict[str, Any] = {"Cmd": [], "Entrypoint": [], "Volumes": {}}
"""Fields that Podman's builds write empty into a Docker image, where others leave them out; Podman reports neither."""


def commit(
    client: EngineConnection, container: ContainerId, *, snapshot: Snapshot, log: BinaryIO, takes_configuration: bool
) -> ImageId:
    """Commit the container with the log as `/run.log`.

    `takes_configuration` is whether this Podman accepts a configuration with a commit. Raises `ContainerNotFound`,
    `EngineFailed`.
    """
    with client.call("GET", f"/containers/{container}/json") as response:
        if response.status == _MISSING:
            raise ContainerNotFound(container)
        if not response.ok:
            raise failed("inspect the container", response)
        facts = response.json()
    code = _image(client, facts["Image"])
    takes_log = not snapshot.is_flat and not is_mounted_over(facts)
    if takes_log:
        with kept_mounted(client, facts):
            put_log(client, container, log)
    own_log = None if takes_log else log
    if snapshot.is_flat:
        unfinished = flatten(client, container)
    else:
        unfinished = retrying(
            partial(commit_unfinished, client, container, takes_configuration=takes_configuration),
            sign=IS_BEING_REMOVED,
        )
    try:
        return _load(client, unfinished, code=code, log=own_log, snapshot=snapshot) or commit_again(
            client,
            unfinished,
            snapshot=snapshot,
            container=facts["Config"],
            log=own_log,
            takes_configuration=takes_configuration,
        )
    finally:
        with suppress(JobberError):  # the result counts more than the cleanup, and `jobber recover` removes leftovers
            remove_unfinished(client, unfinished)


def _load(
    client: EngineConnection, unfinished: ImageId, *, code: dict[str, Any], log: BinaryIO | None, snapshot: Snapshot
) -> ImageId | None:
    """Load an image with the layers of the unfinished one and, if given, the log; return None if Podman refuses it."""
    below = _image(client, unfinished)
    top = None if log is None else log_layer(log)
    layers = (*below["RootFS"]["Layers"], *([top.digest] if top else []))
    created = below["Created"]
    noted = None if snapshot.is_flat else (below.get("History") or [{}])[-1].get("created_by")
    configuration = describe_image(
        platform={name: code.get(theirs) for name, theirs in _PLATFORM.items()},
        configuration={**_configuration(code, shell=noted), "Labels": {**_labels(code), **snapshot.labels}},
        layers=layers,
        history=with_run(
            code.get("History") or (),
            created=created,
            layers=len(layers),
            below=0 if snapshot.is_flat else len(code["RootFS"].get("Layers") or ()),
            has_log_layer=top is not None,
        ),
        created=created,
    )
    archive = ImageArchive(configuration, layers, top)
    with client.call(
        "POST", "/images/load", stream=archive.for_podman(), headers={"Content-Type": "application/x-tar"}
    ) as response:
        response.read()
    try:
        loaded = _image(client, archive.id)
    except EngineFailed:
        return None
    return archive.id if tuple(loaded["RootFS"]["Layers"]) == layers else None


def _configuration(code: dict[str, Any], *, shell: str | None) -> dict[str, Any]:
    """Return the code image's configuration in Docker's form.

    Podman does not report SHELL and ONBUILD of an image. jobber reads them from the image's history. `shell` is the
    SHELL that a commit has recorded.
    """
    configuration = dict(code.get("Config") or {})
    if code.get("Healthcheck"):
        configuration["Healthcheck"] = code["Healthcheck"]
    if (code.get("ManifestType") or "").startswith(_DOCKER):
        history = code.get("History") or ()
        told = {"Shell": shell_of(history, used=shell), "OnBuild": triggers_of(history)}
        configuration |= {key: words for key, words in told.items() if words}
        if _BUILDAH in _labels(code):
            configuration = {**_EMPTY, **configuration}
    return configuration


def _labels(code: dict[str, Any]) -> dict[str, str]:
    return (code.get("Config") or {}).get("Labels") or {}


def _image(client: EngineConnection, image: str) -> dict[str, Any]:
    """Inspect an image; retry while Podman removes another one. Raises `EngineFailed`."""
    return retrying(partial(_facts, client, image), sign=IS_BEING_REMOVED)


def _facts(client: EngineConnection, image: str) -> dict[str, Any]:
    with client.call("GET", f"/images/{image.removeprefix('sha256:')}/json") as response:
        if not response.ok:
            raise failed(f"inspect image {image}", response)
        facts: dict[str, Any] = response.json()
        return facts
