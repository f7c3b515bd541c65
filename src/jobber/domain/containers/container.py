"""Containers: the specification to create one, and its description by an engine."""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING, NewType

from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.domain.containers.options import ContainerOptions
    from jobber.domain.images.reference import ImageId

ContainerId = NewType("ContainerId", str)
"""The engine's ID of a container: 64 hexadecimal digits."""

LOG = "/run.log"
"""The path of the job's output in a result image."""
MAX_LAYERS = 110
"""The number of layers from which on a result is flattened into a single layer: Docker 20.10 refuses to create a
container from an image with 125 layers or more."""


@frozen
class ImageMount:
    """A directory of an image mounted read-only at a path of the container, without copying."""

    image: ImageId
    source: str
    destination: str


@frozen
class VolumeMount:
    """A named volume mounted read-only at a path of the container.

    The volume must exist and carry `jobber.input`. The engine must refuse the mount if the volume does not exist.
    """

    volume: str
    destination: str


@frozen
class Terminal:
    """The size of a terminal, in characters."""

    rows: int
    columns: int


@frozen
class ContainerSpecification:
    """The specification of a job's container."""

    image: ImageId
    options: ContainerOptions
    command: tuple[str, ...] | None = None
    """The command after IMAGE on the command line; None if there is none, so that the image's own command applies."""
    inputs: tuple[ImageMount | VolumeMount, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    """jobber's own labels, which override the labels of the options."""
    runtime: str | None = None
    terminal: Terminal | None = None
    """The size of the job's terminal (`-t`); None for a job with pipes."""
    reads_input: bool = True
    """True if jobber passes an input to the job; otherwise the job's standard input is at its end."""
    unset: tuple[str, ...] = ()
    """Names of variables that the image sets and that the container must not have."""


class ContainerState(Enum):
    """The state of a container."""

    CREATED = "created"
    RUNNING = "running"
    EXITED = "exited"


@frozen
class ContainerMount:
    """A mount of a container."""

    destination: str
    kind: str
    """The mount's kind as the engine names it: `bind`, `volume`, `tmpfs` or `image`."""
    source: str = ""
    """The volume's name, or the path on the engine's host."""
    anonymous: bool = False
    """True for an unnamed volume that the image declares."""


@frozen
class Container:
    """A container as described by an engine."""

    id: ContainerId
    name: str
    image: ImageId
    state: ContainerState
    exit_status: int | None
    """The exit status; None until the container has exited."""
    labels: Mapping[str, str] = field(default_factory=dict)
    mounts: tuple[ContainerMount, ...] = ()
    created: str = ""
    started: str = ""
    finished: str = ""
    """The end of the job. `created`, `started` and `finished` are RFC 3339 times of the engine's clock; empty if not
    reached."""
    terminal: bool = False
    """True if the job has a terminal."""
    log_limit: int | None = None
    """The lowest number of bytes of the log that the engine keeps when it discards older ones; None for no limit."""
    memory_limit: int | None = None
    """The memory limit of the job in bytes; None for no limit."""
    out_of_memory: bool | None = None
    """True if the kernel killed a process of the job because memory ran out. None until the job has ended, and if
    the engine does not report it."""
