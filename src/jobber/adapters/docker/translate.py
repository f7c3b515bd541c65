"""Translation of Docker's JSON and messages to values and errors of the domain.

No other part of jobber outside this package handles Docker's own formats.
"""

from __future__ import annotations

import re
from typing import Any

from jobber.adapters.engine_api.calls import reads_response
from jobber.adapters.engine_api.container_fields import moment_of, mount_of, words_of
from jobber.adapters.engine_api.health_checks import health_check_of
from jobber.domain.containers.container import Container, ContainerId, ContainerState
from jobber.domain.errors import JobNotStarted
from jobber.domain.images.image import Image, ImageConfiguration, ListedImage, known_moment, known_seconds
from jobber.domain.images.reference import ImageId

_LOG_LIMITS = {"json-file": ("", "1"), "local": ("20m", "5")}
"""The default limits of each log driver: the size of one file and the number of files; an empty size means no limit."""
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([kmgt]?)i?b?", re.IGNORECASE)
_UNITS = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3, "t": 1000**4}
_STATES = {
    "created": ContainerState.CREATED,
    "exited": ContainerState.EXITED,
    "dead": ContainerState.EXITED,
    "removing": ContainerState.EXITED,
}
_NOT_FOUND = 127
_NOT_EXECUTABLE = 126
_ENGINE_FAILED = 125


@reads_response
def image_of(answer: dict[str, Any]) -> Image:
    """Return the image described by a response to `GET /images/NAME/json`."""
    platform = "/".join(filter(None, (answer.get("Os"), answer.get("Architecture"), answer.get("Variant"))))
    digests = tuple(answer.get("RepoDigests") or ())
    return Image(
        id=ImageId(answer["Id"]),
        references=tuple(answer.get("RepoTags") or ()),
        digests=digests,
        # In containerd's store the manifest's digest is the ID, and Docker reports it even for images never pushed.
        unsure_digests=tuple(digest for digest in digests if digest.partition("@")[2] == answer["Id"]),
        labels=(answer.get("Config") or {}).get("Labels") or {},
        configuration=configuration_of(answer.get("Config") or {}),
        layers=tuple((answer.get("RootFS") or {}).get("Layers") or ()),
        created=known_moment(answer.get("Created")),
        size=answer.get("Size") or 0,
        platform=platform,
    )


@reads_response
def listed_image_of(answer: dict[str, Any]) -> ListedImage:
    """Return the image described by an item of `GET /images/json`."""
    return ListedImage(
        id=ImageId(answer["Id"]),
        references=tuple(name for name in answer.get("RepoTags") or () if "<none>" not in name),
        digests=tuple(name for name in answer.get("RepoDigests") or () if "<none>" not in name),
        labels=answer.get("Labels") or {},
        created=known_seconds(answer.get("Created")),
        size=answer.get("Size") or 0,
    )


def configuration_of(config: dict[str, Any]) -> ImageConfiguration:
    """Return the settings that an image has for its containers."""
    return ImageConfiguration(
        command=words_of(config.get("Cmd")),
        entrypoint=words_of(config.get("Entrypoint")),
        workdir=config.get("WorkingDir") or None,
        user=config.get("User") or None,
        environment=tuple(config.get("Env") or ()),
        exposed_ports=tuple(sorted(config.get("ExposedPorts") or ())),
        volumes=tuple(sorted(config.get("Volumes") or ())),
        stop_signal=config.get("StopSignal") or None,
        health_check=health_check_of(config.get("Healthcheck")),
        shell=tuple(config.get("Shell") or ()),
        on_build=tuple(config.get("OnBuild") or ()),
    )


@reads_response
def container_of(answer: dict[str, Any]) -> Container:
    """Return the container described by a response to `GET /containers/ID/json`."""
    state = answer["State"]
    where = _STATES.get(state["Status"], ContainerState.RUNNING)
    return Container(
        id=ContainerId(answer["Id"]),
        name=answer["Name"].removeprefix("/"),
        image=ImageId(answer["Image"]),
        state=where,
        exit_status=state["ExitCode"] if where is ContainerState.EXITED else None,
        labels=answer["Config"].get("Labels") or {},
        mounts=tuple(mount_of(mount) for mount in answer.get("Mounts") or ()),
        created=answer["Created"],
        started=moment_of(state["StartedAt"]),
        finished=moment_of(state["FinishedAt"]),
        terminal=bool(answer["Config"].get("Tty")),
        log_limit=_log_limit((answer.get("HostConfig") or {}).get("LogConfig") or {}),
        memory_limit=(answer.get("HostConfig") or {}).get("Memory") or None,
        out_of_memory=bool(state.get("OOMKilled")) if where is ContainerState.EXITED else None,
    )


def _log_limit(configuration: dict[str, Any]) -> int | None:
    """Return the bytes that remain of a log when its oldest file has been removed."""
    options = configuration.get("Config") or {}
    size, files = _LOG_LIMITS.get(configuration.get("Type") or "", ("", "0"))
    found = _SIZE.fullmatch(options.get("max-size") or size)
    if found is None:
        return None
    return int(float(found[1]) * _UNITS[found[2].lower()]) * max(0, int(options.get("max-file") or files) - 1)


def not_started(why: str) -> JobNotStarted:
    """Return the error for a failed start, with `docker run`'s status: 127 not found, 126 not executable, else 125."""
    lowered = why.lower()
    if "executable file not found" in lowered or "no such file or directory" in lowered:
        status = _NOT_FOUND
    elif "permission denied" in lowered or "is a directory" in lowered or "exec format error" in lowered:
        status = _NOT_EXECUTABLE
    else:
        status = _ENGINE_FAILED
    # OCI runtime create failed: runc create failed: … : exec: "x": executable file not found in $PATH: unknown
    cause = re.search(r'exec: ("[^"]*": .*)$|(?:process caused|starting container process): (.*)$', why)
    short = next((group for group in cause.groups() if group), why) if cause else why
    error = JobNotStarted(why=short.removesuffix(": unknown"), exit_status=status)
    if "could not select device driver" in lowered:
        error.hint = "the engine has no GPUs, or no NVIDIA container toolkit"
    return error
