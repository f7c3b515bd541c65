"""What `jobber doctor` finds: facts of this machine and of the engine, before anything is concluded from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.domain.containers.engine import EngineDescription
    from jobber.domain.containers.engine_facts import EngineFacts, Space
    from jobber.domain.errors import JobberError


class Program(StrEnum):
    """A program of the name `jobber`."""

    THIS = "this"
    """The installation that is running."""
    OTHER = "other"
    """Another installation of this program."""
    OLDER = "older"
    """The program of 2019 that has the same name on PyPI, by other authors."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Command:
    """An executable `jobber` in a directory of the PATH."""

    path: str
    program: Program


@dataclass(frozen=True, slots=True)
class Distribution:
    """An installed package of the name that jobber has on PyPI."""

    version: str
    location: str


@dataclass(frozen=True, slots=True)
class Installation:
    """The program that is running, and others that may stand in its place."""

    version: str
    location: str
    """The directory of the package."""
    python_version: str
    python: str
    """The path of the interpreter."""
    commands: tuple[Command, ...] = ()
    """In the order of the PATH."""
    distributions: tuple[Distribution, ...] = ()


@dataclass(frozen=True, slots=True)
class EnginePlace:
    """A place where jobber looks for an engine, and what answered there."""

    address: str
    why: str
    """The reason to look there: `DOCKER_HOST`, `Podman's socket`."""
    answer: str
    is_engine: bool = False
    is_named: bool = False
    """Whether the user named it, as variables and docker contexts do."""


@dataclass(frozen=True, slots=True)
class Login:
    """Credentials for a registry that are stored on this machine; never the credentials themselves."""

    registry: str
    origin: str
    """A file, or `configuration`."""
    helper: str = ""
    """The credential helper that keeps the password, if one does."""


@dataclass(frozen=True, slots=True)
class Logins:
    """All stored credentials, and what is wrong with them."""

    found: tuple[Login, ...] = ()
    helpers: tuple[str, ...] = ()
    """Credential helpers that are asked for every registry."""
    problems: tuple[JobberError, ...] = ()


@dataclass(frozen=True, slots=True)
class LocalDevices:
    """GPUs of this machine, by the files that stand for them."""

    nodes: tuple[str, ...] = ()
    """`/dev/nvidia0`, `/dev/kfd`."""
    specifications: tuple[str, ...] = ()
    """CDI specifications that describe devices to engines: `/etc/cdi/nvidia.yaml`."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The configuration files that count here, and what they say about engines and registries."""

    files: tuple[str, ...] = ()
    problems: tuple[JobberError, ...] = ()
    active: tuple[str, ...] = ()
    """The names of the active configurations."""
    default_registry: str = ""


@dataclass(frozen=True, slots=True)
class EngineReport:
    """The engine that a run would use, as far as it answered."""

    description: EngineDescription
    why: str
    facts: EngineFacts | JobberError | None
    """None for an engine that does not describe its set-up."""
    space: Space | None = None
    """The room where the engine keeps its images, in bytes; None where that is not known."""
    devices: LocalDevices | None = None
    """GPUs of the engine's machine, where that is this machine."""
    runs: Mapping[str, int] | JobberError | None = None
    """How many unfinished runs there are in each state; None where the engine was lost before."""
    leftovers: int | JobberError | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """All that was found."""

    installation: Installation
    configuration: Configuration
    logins: Logins
    engine: EngineReport | JobberError
    """The engine, or why there is none."""
    places: tuple[EnginePlace, ...] = field(default=())
    """The other places where an engine was looked for."""
