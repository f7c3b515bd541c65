"""Containers: what one is made from, and what an engine tells of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.domain.containers.options import ContainerOptions
    from jobber.domain.images.reference import ImageId

ContainerId = NewType("ContainerId", str)
"""The engine's id of a container: 64 hexadecimal digits."""

LOG = "/run.log"
"""Where a result has what its job has said."""
MAX_LAYERS = 110
"""Layers of an image from which on a result of it gets a single one: Docker 20.10 makes no container from 125 on."""


@dataclass(frozen=True, slots=True)
class ImageMount:
    """A directory of an image mounted read-only at a path of the container, without copying."""

    image: ImageId
    source: str
    destination: str


@dataclass(frozen=True, slots=True)
class VolumeMount:
    """A named volume mounted read-only at a path of the container.

    The volume is one that exists and carries `jobber.input`; an engine that would have to make it must refuse.
    """

    volume: str
    destination: str


@dataclass(frozen=True, slots=True)
class Terminal:
    """The size of a terminal, in characters."""

    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class ContainerSpecification:
    """All that a job's container is made from."""

    image: ImageId
    options: ContainerOptions
    command: tuple[str, ...] | None = None
    """What stands after IMAGE on the command line; None where nothing does, so the image's own applies."""
    inputs: tuple[ImageMount | VolumeMount, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    """jobber's own labels; they win over the labels of the options."""
    runtime: str | None = None
    terminal: Terminal | None = None
    """A terminal for the job (`-t`) of this size; None for a job with pipes."""
    reads_input: bool = True
    """Whether somebody will give it an input; else it finds the end of one."""
    unset: tuple[str, ...] = ()
    """Names of variables that the image has, and the container has not."""


class ContainerState(Enum):
    """Where a container is in its life."""

    CREATED = "created"
    RUNNING = "running"
    EXITED = "exited"


@dataclass(frozen=True, slots=True)
class ContainerMount:
    """Something mounted into a container, apart from its own file system."""

    destination: str
    kind: str
    """`bind`, `volume`, `tmpfs`, `image`, as the engine calls it."""
    source: str = ""
    """The volume's name, or the path on the engine's machine."""
    anonymous: bool = False
    """A volume that the image declares and nobody named."""


@dataclass(frozen=True, slots=True)
class Container:
    """A container as an engine tells of it."""

    id: ContainerId
    name: str
    image: ImageId
    state: ContainerState
    exit_status: int | None
    """None until it has exited."""
    labels: Mapping[str, str] = field(default_factory=dict)
    mounts: tuple[ContainerMount, ...] = ()
    created: str = ""
    started: str = ""
    finished: str = ""
    """RFC 3339, in the engine's time; empty where it has not come to that."""
    terminal: bool = False
    """Whether its job has a terminal."""
    log_limit: int | None = None
    """How many bytes of its log the engine keeps at the least, when it throws away older ones; None for no limit."""
    memory_limit: int | None = None
    """The memory that its job may use, in bytes; None for no limit."""
    out_of_memory: bool | None = None
    """Whether the kernel killed a process of its job because memory ran out; None where the engine does not report it,
    and before the job has ended."""
