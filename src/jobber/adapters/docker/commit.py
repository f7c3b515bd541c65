"""Make a result image out of a container on Docker.

A commit takes over the container's own configuration and only adds to it, and it keeps a copy of all of it. Where
something of that must not stay, or the log can't be written into the container itself, a second commit is made,
from a container of the first image: its own configuration is empty. Where the code image has so many layers that
no container could be made from an image with one more, the first image is an export of the whole file system.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

from jobber.adapters.archive import log_archive
from jobber.adapters.docker.parts import make_part, remove_part
from jobber.adapters.failures import failed
from jobber.adapters.ownership import unfinished_labels
from jobber.domain.container import LOG
from jobber.domain.errors import ContainerNotFound, EngineFailed, JobberError
from jobber.domain.input import lies_within, normal_path
from jobber.domain.reference import ImageId

if TYPE_CHECKING:
    from jobber.adapters.wire import Wire
    from jobber.domain.container import ContainerId, Snapshot
    from jobber.domain.image import ImageConfiguration

_MISSING = 404
_ROOT = "0"
_DROPPED = ("OnBuild", "Shell")
_NOTHING: dict[str, Any] = {"Healthcheck": {"Test": ["NONE"]}, "StopSignal": "SIGTERM"}


def commit(wire: Wire, container: ContainerId, *, snapshot: Snapshot, log: BinaryIO) -> ImageId:
    """Commit with the log as `/run.log`. Raises `ContainerNotFound`, `EngineFailed`."""
    with wire.call("GET", f"/containers/{container}/json") as response:
        if response.status == _MISSING:
            raise ContainerNotFound(container)
        if not response.ok:
            raise failed("inspect the container", response)
        facts = response.json()
    config = {**_config(snapshot, facts["Config"]), **_restored(wire, facts)}
    if snapshot.is_flat:
        return _commit_flat(wire, facts, config, log=log)
    takes_log = not facts["HostConfig"]["ReadonlyRootfs"] and not _is_mounted_over(facts)
    if takes_log:
        _put_log(wire, container, log)
    if takes_log and not _must_forget(snapshot, facts["Config"]):
        return _commit(wire, container, config)
    first = _commit(wire, container, {**config, "Labels": {**config["Labels"], **unfinished_labels()}})
    return _commit_again(wire, first, config, log=None if takes_log else log)


def _commit_again(
    wire: Wire, first: ImageId, config: dict[str, Any], *, log: BinaryIO | None, base: dict[str, Any] | None = None
) -> ImageId:
    """Commit from a container of the first image, which is removed where that fails."""
    try:
        part = make_part(wire, first, config=base)
        try:
            if log is not None:
                _put_log(wire, part, log)
            return _commit(wire, part, config)
        finally:
            remove_part(wire, part)
    except BaseException:
        with suppress(JobberError):  # the first error is the one to tell
            _remove_image(wire, first)
        raise


def _commit_flat(wire: Wire, facts: dict[str, Any], config: dict[str, Any], *, log: BinaryIO) -> ImageId:
    with wire.call("GET", f"/images/{facts['Image']}/json") as response:
        if not response.ok:
            raise failed("inspect the code image", response)
        base = response.json()["Config"]
    labels = {**(facts["Config"].get("Labels") or {}), **config["Labels"]}
    return _commit_again(wire, _flatten(wire, facts["Id"]), {**config, "Labels": labels}, log=log, base=base)


def _flatten(wire: Wire, container: str) -> ImageId:
    """An image without configuration whose one layer is the container's whole file system."""
    with wire.call("GET", f"/containers/{container}/export") as exported:
        if not exported.ok:
            raise failed("export the container", exported)
        with wire.call(
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


def _commit(wire: Wire, container: str, config: dict[str, Any]) -> ImageId:
    query = {"container": container, "pause": False}
    with wire.call("POST", "/commit", query=query, body=config) as response:
        if not response.ok:
            raise failed("commit the container", response)
        return ImageId(response.json()["Id"])


def _put_log(wire: Wire, container: str, log: BinaryIO) -> None:
    with wire.call(
        "PUT",
        f"/containers/{container}/archive",
        query={"path": "/"},
        stream=log_archive(log),
        headers={"Content-Type": "application/x-tar"},
    ) as response:
        if not response.ok:
            raise failed(f"write {LOG}", response)


def _config(snapshot: Snapshot, container: dict[str, Any]) -> dict[str, Any]:
    """The result's configuration; what is empty here Docker fills up with the container's."""
    code = snapshot.configuration
    return {
        "Cmd": list(code.command or ()),
        "Entrypoint": list(code.entrypoint or ()),
        "WorkingDir": code.workdir or ("/" if container.get("WorkingDir") else ""),
        "User": code.user or (_ROOT if container.get("User") else ""),
        "Env": [*code.environment, *(f"{name}=" for name in _only_added(snapshot))],
        "Labels": dict(snapshot.labels),
    }


def _restored(wire: Wire, facts: dict[str, Any]) -> dict[str, Any]:
    """What a commit drops of the code image's, or takes from the run; in place of none, what none means."""
    config = facts["Config"]
    with wire.call("GET", f"/images/{facts['Image']}/json") as response:
        if not response.ok:
            raise failed("inspect the code image", response)
        code = response.json()["Config"] or {}
    changed = [key for key in _NOTHING if config.get(key) and config.get(key) != code.get(key)]
    dropped = {key: code[key] for key in _DROPPED if code.get(key)}
    return {**dropped, **{key: code.get(key) or _NOTHING[key] for key in changed}}


def _only_added(snapshot: Snapshot) -> list[str]:
    known = {variable.partition("=")[0] for variable in snapshot.configuration.environment}
    return [name for name in snapshot.added_environment if name not in known]


def _must_forget(snapshot: Snapshot, container: dict[str, Any]) -> bool:
    """Whether the container's configuration has something that one commit would keep."""
    return bool(snapshot.added_environment) or _command_would_stay(snapshot.configuration, container)


def _command_would_stay(code: ImageConfiguration, container: dict[str, Any]) -> bool:
    return bool(container.get("Cmd")) and not code.command and not code.entrypoint


def _is_mounted_over(facts: dict[str, Any]) -> bool:
    places = [mount["Destination"] for mount in facts.get("Mounts") or ()]
    places += facts["HostConfig"].get("Tmpfs") or {}
    return any(lies_within(LOG, directory=normal_path(place)) for place in places)


def _remove_image(wire: Wire, image: ImageId) -> None:
    with wire.call("DELETE", f"/images/{image}") as response:
        if not response.ok and response.status != _MISSING:
            raise EngineFailed("remove an unfinished image", why=response.why())
