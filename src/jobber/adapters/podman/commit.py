"""Make a result image out of a container on Podman.

A commit takes over the container's configuration; what is sent with it puts the code image's back. Podman 4 takes
`changes`, a line each and no quotes; Podman 5 reads them as a Dockerfile, in which not every label can be said, but
takes a configuration instead, which takes nothing away. The log is written into the container. Where something is
mounted over its place, or the container's command can't be taken away, a second container is made from a first image,
and committed. Where the code image has so many layers that no container could be started from an image with one more,
the first image is an export of the whole file system.
"""

from __future__ import annotations

import json
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, BinaryIO

from jobber.adapters.archive import log_archive
from jobber.adapters.failures import failed
from jobber.adapters.ownership import unfinished_labels
from jobber.adapters.podman.archives import mounted
from jobber.adapters.podman.parts import make_part, remove_part
from jobber.adapters.podman.translate import copy_cause, image_id
from jobber.adapters.stumbles import over_stumbles
from jobber.domain.container import LOG
from jobber.domain.errors import ContainerNotFound, EngineFailed, JobberError
from jobber.domain.input import lies_within, normal_path
from jobber.domain.proxies import PROXIES

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from jobber.adapters.wire import Wire
    from jobber.domain.container import ContainerId, Snapshot
    from jobber.domain.reference import ImageId

_MISSING = 404
_ROOT = "0"
_HOST = "HOSTNAME"
_CLEARING_UP = "stopped"
"""A container whose process has ended and whose file system is about to be unmounted; then it is `exited`."""
_UNMOUNTED = "changing to intended-new-root directory"
"""What Podman says where its own clean-up takes the file system away in the middle of a call."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a commit is to say instead of the container's own configuration."""

    changes: list[str]
    configuration: dict[str, Any] | None = None
    lets_command_stay: bool = False
    """Whether the container's command would stay, for the image is to have none."""

    def unfinished(self) -> _Wanted:
        """The same for an image that another is made from: whose it is, in the place of a record."""
        labels = unfinished_labels()
        if self.configuration is None:
            return replace(self, changes=[*self.changes, *(f"LABEL {name}={value}" for name, value in labels.items())])
        configuration = {**self.configuration, "Labels": {**self.configuration["Labels"], **labels}}
        return replace(self, configuration=configuration)


def commit(
    wire: Wire, container: ContainerId, *, snapshot: Snapshot, log: BinaryIO, takes_configuration: bool
) -> ImageId:
    """Commit with the log as `/run.log`. Raises `ContainerNotFound`, `EngineFailed`.

    `takes_configuration` is whether this Podman takes a configuration with a commit.
    """
    with wire.call("GET", f"/containers/{container}/json") as response:
        if response.status == _MISSING:
            raise ContainerNotFound(container)
        if not response.ok:
            raise failed("inspect the container", response)
        facts = response.json()
    wanted = (_configured if takes_configuration else _changed)(snapshot, facts["Config"])
    if snapshot.is_flat:
        return _commit_again(wire, _flatten(wire, container), wanted, log=log)
    takes_log = not _is_mounted_over(facts)
    if takes_log:
        with _kept_mounted(wire, facts):
            over_stumbles(lambda: _put_log(wire, container, log), sign=_UNMOUNTED)
    if takes_log and not wanted.lets_command_stay:
        return _commit(wire, container, wanted)
    first = _commit(wire, container, wanted.unfinished())
    return _commit_again(wire, first, wanted, log=None if takes_log else log)


def _kept_mounted(wire: Wire, facts: dict[str, Any]) -> AbstractContextManager[None]:
    """Keep the file system of a container mounted that Podman is still clearing up after.

    Podman 5 tells that a container has stopped before that is done, and what is written meanwhile would go under the
    mount point: neither would it be in the image, nor could the container be removed.
    """
    return mounted(wire, facts["Id"]) if facts["State"]["Status"] == _CLEARING_UP else nullcontext()


def _commit_again(wire: Wire, first: ImageId, wanted: _Wanted, *, log: BinaryIO | None) -> ImageId:
    """Commit from a container of the first image, which is removed where that fails."""
    try:
        part = make_part(wire, first, with_command=wanted.configuration is None)
        try:
            if log is not None:
                over_stumbles(lambda: _put_log(wire, part, log), sign=_UNMOUNTED)
            return _commit(wire, part, wanted)
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


def _commit(wire: Wire, container: str, wanted: _Wanted) -> ImageId:
    query = {"container": container, "changes": wanted.changes, "format": "docker", "pause": False}
    with wire.call("POST", "/commit", query=query, body=wanted.configuration) as response:
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
            raise EngineFailed(f"write {LOG}", why=copy_cause(response.why()), status=response.status)


def _configured(snapshot: Snapshot, container: dict[str, Any]) -> _Wanted:
    """For Podman 5: a configuration, of which what is empty leaves the container's."""
    code = snapshot.configuration
    configuration = {
        "Cmd": list(code.command or ()),
        "Entrypoint": list(code.entrypoint or ()),
        "WorkingDir": code.workdir or "/",
        "Env": [*code.environment, *(f"{name}=" for name in _only_added(snapshot, container))],
        "Labels": _labels(snapshot, container),
        "User": (code.user or _ROOT) if code.user or container.get("User") else "",
        "StopSignal": code.stop_signal or "",  # which a commit by itself leaves out
    }
    if snapshot.is_flat:
        configuration |= {
            "ExposedPorts": {port: {} for port in code.exposed_ports},
            "Volumes": {path: {} for path in code.volumes},
        }
    has_command = bool(container.get("Cmd") or container.get("Entrypoint"))
    return _Wanted([], configuration, lets_command_stay=has_command and not code.command and not code.entrypoint)


def _changed(snapshot: Snapshot, container: dict[str, Any]) -> _Wanted:
    """For Podman 4: all of it by `changes`."""
    code = snapshot.configuration
    changes = [
        f"CMD {json.dumps(list(code.command or ()))}",
        f"ENTRYPOINT {json.dumps(list(code.entrypoint or ()))}",
        f"WORKDIR {code.workdir or '/'}",
        *(f"ENV {variable}" for variable in code.environment),
        *(f"ENV {name}=" for name in _only_added(snapshot, container)),
        *(f"LABEL {name}={value}" for name, value in _labels(snapshot, container).items()),
    ]
    if code.user or container.get("User"):
        changes.append(f"USER {code.user or _ROOT}")
    if snapshot.is_flat:
        changes += [f"EXPOSE {port}" for port in code.exposed_ports]
        changes += [f"VOLUME {path}" for path in code.volumes]
        changes += [f"STOPSIGNAL {code.stop_signal}"] if code.stop_signal else []
    return _Wanted(changes)


def _only_added(snapshot: Snapshot, container: dict[str, Any]) -> list[str]:
    """Variables that the code image does not have; `--hostname` makes one as well, and the service's proxies do."""
    known = {variable.partition("=")[0] for variable in snapshot.configuration.environment}
    there = [variable.partition("=")[0] for variable in container.get("Env") or ()]
    by_podman = [name for name in there if name == _HOST or name in PROXIES]
    return [name for name in dict.fromkeys((*snapshot.added_environment, *by_podman)) if name not in known]


def _labels(snapshot: Snapshot, container: dict[str, Any]) -> dict[str, str]:
    """The labels to set; in a flat image also those that a commit of the container itself would have kept."""
    return {**(container.get("Labels") or {}), **snapshot.labels} if snapshot.is_flat else dict(snapshot.labels)


def _is_mounted_over(facts: dict[str, Any]) -> bool:
    places = [mount["Destination"] for mount in facts.get("Mounts") or ()]
    places += facts["HostConfig"].get("Tmpfs") or {}
    return any(lies_within(LOG, directory=normal_path(place)) for place in places)


def _remove_image(wire: Wire, image: ImageId) -> None:
    with wire.call("DELETE", f"/images/{image.removeprefix('sha256:')}") as response:
        if not response.ok and response.status != _MISSING:
            raise EngineFailed("remove an unfinished image", why=response.why())
