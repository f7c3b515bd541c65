"""Translation of Podman's JSON and messages to values and errors of the domain.

No other part of jobber outside this package handles Podman's own formats.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from jobber.adapters.engine_api.calls import reads_response
from jobber.adapters.engine_api.container_fields import moment_of, mount_of, words_of
from jobber.adapters.engine_api.health_checks import health_check_of
from jobber.adapters.podman.names import true_digests, unsure_digests, user_names
from jobber.domain.containers.container import Container, ContainerId, ContainerState
from jobber.domain.containers.linux_signals import LINUX_SIGNAL_NAMES
from jobber.domain.errors import JobNotStarted
from jobber.domain.images.image import Image, ImageConfiguration, ListedImage, known_moment, known_seconds
from jobber.domain.images.reference import ImageId

_AROUND = re.compile(r"^preparing container [0-9a-f]{64} for attach: ")
_BEFORE = frozenset(("created", "configured", "initialized"))
_AFTER = frozenset(("exited", "stopped", "dead", "removing"))
_NO_SIZE = "0B"
_REQUEST = re.compile(r"error during bulk transfer for copier\.request\{.*\}: ", re.DOTALL)
_BEFORE_CAUSE = re.compile(
    r"^(?:(?:trying to reuse|checking whether a|writing|reading|copying|initializing|getting|determining)\b"
    r"(?: \S+)*?(?: destination| source \S+| exists in \S+| in \S+| image| blob \S*| config\S*|list): )+"
)
_NO_STREAMS = "attach socket"
"""The part of Podman's error if the job's output is not accessible because Podman's service owns its streams."""
_NOT_FOUND = 127
_NOT_EXECUTABLE = 126
_ENGINE_FAILED = 125


@reads_response
def image_of(answer: dict[str, Any]) -> Image:
    """Return the image described by a response to `GET /libpod/images/NAME/json`."""
    config = answer.get("Config") or {}
    digests, own = answer.get("RepoDigests") or (), answer.get("Digest") or ""
    return Image(
        id=image_id(answer["Id"]),
        references=user_names(answer.get("RepoTags") or ()),
        digests=true_digests(digests, own=own),
        unsure_digests=unsure_digests(digests, own=own),
        labels=config.get("Labels") or answer.get("Labels") or {},
        configuration=ImageConfiguration(
            command=words_of(config.get("Cmd")),
            entrypoint=words_of(config.get("Entrypoint")),
            workdir=config.get("WorkingDir") or None,
            user=config.get("User") or None,
            environment=tuple(config.get("Env") or ()),
            exposed_ports=tuple(sorted(config.get("ExposedPorts") or ())),
            volumes=tuple(sorted(config.get("Volumes") or ())),
            stop_signal=_signal(config.get("StopSignal")),
            health_check=health_check_of(answer.get("Healthcheck") or answer.get("HealthCheck")),
        ),
        layers=tuple((answer.get("RootFS") or {}).get("Layers") or ()),
        created=known_moment(answer.get("Created")),
        size=answer.get("Size") or 0,
        platform="/".join(filter(None, (answer.get("Os"), answer.get("Architecture")))),
    )


@reads_response
def listed_image_of(answer: dict[str, Any]) -> ListedImage:
    """Return the image described by an item of `GET /libpod/images/json`."""
    return ListedImage(
        id=image_id(answer["Id"]),
        references=user_names(name for name in answer.get("RepoTags") or () if "<none>" not in name),
        digests=true_digests(answer.get("RepoDigests") or (), own=answer.get("Digest") or ""),
        labels=answer.get("Labels") or {},
        created=known_seconds(answer.get("Created")),
        size=answer.get("Size") or 0,
    )


def image_id(text: str) -> ImageId:
    """Return the ID of an image with the algorithm, which Podman leaves out."""
    return ImageId("sha256:" + text.removeprefix("sha256:"))


@reads_response
def container_of(answer: dict[str, Any], *, reports_memory: bool = False) -> Container:
    """Return the container described by a response to `GET /libpod/containers/ID/json`.

    `reports_memory` is whether this Podman detects that memory ran out; 4.3 reports false for every container.
    """
    state = answer["State"]
    status = state["Status"]
    where = ContainerState.RUNNING
    if status in _BEFORE:
        where = ContainerState.CREATED
    elif status in _AFTER:
        where = ContainerState.EXITED
    return Container(
        id=ContainerId(answer["Id"]),
        name=answer["Name"],
        image=image_id(answer["Image"]),
        state=where,
        exit_status=state["ExitCode"] if where is ContainerState.EXITED else None,
        labels=answer["Config"].get("Labels") or {},
        mounts=tuple(mount_of(mount) for mount in answer.get("Mounts") or ()),
        created=answer["Created"],
        started=moment_of(state["StartedAt"]),
        finished=moment_of(state["FinishedAt"]),
        terminal=bool(answer["Config"].get("Tty")),
        memory_limit=(answer.get("HostConfig") or {}).get("Memory") or None,
        out_of_memory=_out_of_memory(state, reports=reports_memory) if where is ContainerState.EXITED else None,
        log_limit=0 if _empties_its_log((answer.get("HostConfig") or {}).get("LogConfig") or {}) else None,
    )


def _out_of_memory(state: dict[str, Any], *, reports: bool) -> bool | None:
    return bool(state.get("OOMKilled")) or (False if reports else None)


def _empties_its_log(configuration: dict[str, Any]) -> bool:
    """Return whether a log that reaches its size limit is emptied completely."""
    return (configuration.get("Size") or _NO_SIZE) != _NO_SIZE


def not_started(why: str) -> JobNotStarted:
    """Return the error for a failed start, with `podman run`'s status: 127 not found, 126 not executable, else 125."""
    lowered = why.lower()
    if _NO_STREAMS in lowered:
        status = _ENGINE_FAILED
    elif "executable file not found" in lowered or "no such file or directory" in lowered:
        status = _NOT_FOUND
    elif "permission denied" in lowered or "is a directory" in lowered or "exec format error" in lowered:
        status = _NOT_EXECUTABLE
    else:
        status = _ENGINE_FAILED
    # runc: runc create failed: unable to start container process: exec: "x": not found in $PATH: OCI …
    cause = re.search(r'exec: ("[^"]*": .*?)(: OCI .*)?$', why)
    error = JobNotStarted(why=cause[1] if cause else _AROUND.sub("", why), exit_status=status)
    if _NO_STREAMS in lowered:
        error.hint = "choose a log driver that stores the job's output: -Xd '--log-driver k8s-file'"
    if "unresolvable cdi devices" in lowered:
        error.hint = "the engine has no such device or no CDI specification of it: run `nvidia-ctk cdi generate`"
    return error


def copy_cause(why: str) -> str:
    """Return the cause of an archive's failure, without Podman's dump of its request."""
    return _REQUEST.sub("", why)


def registry_cause(why: str) -> str:
    """Return the registry's message, without Podman's description of the blob and the step."""
    return _BEFORE_CAUSE.sub("", why)


def _signal(text: str | None) -> str | None:
    """Return a signal's name; Podman's commit writes its number.

    A number without a name on this system stays as it is.
    """
    with suppress(ValueError):
        return LINUX_SIGNAL_NAMES.get(int(text or ""), text)
    return text or None
