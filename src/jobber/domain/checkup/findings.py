"""Findings of `jobber doctor`: facts about this host and the engine, before any conclusions."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.domain.containers.engine import EngineDescription
    from jobber.domain.containers.engine_facts import EngineFacts, Space
    from jobber.domain.errors import JobberError


class Program(StrEnum):
    """The kind of a program named `jobber`."""

    THIS = "this"
    """The running installation."""
    OTHER = "other"
    """Another installation of this program."""
    OLDER = "older"
    """The program of 2019 with the same name on PyPI, by other authors."""
    UNKNOWN = "unknown"


@frozen
class Command:
    """An executable `jobber` in a directory of PATH."""

    path: str
    program: Program


@frozen
class Distribution:
    """An installed package with jobber's name on PyPI."""

    version: str
    location: str


@frozen
class Installation:
    """The running program, and other programs with the same name."""

    version: str
    location: str
    """The directory of the package."""
    python_version: str
    python: str
    """The path of the interpreter."""
    commands: tuple[Command, ...] = ()
    """Executables named `jobber`, in the order of PATH."""
    distributions: tuple[Distribution, ...] = ()


@frozen
class EnginePlace:
    """An address at which jobber looks for an engine, and the answer there."""

    address: str
    why: str
    """The reason to look there: `DOCKER_HOST`, `Podman's socket`."""
    answer: str
    is_engine: bool = False
    is_named: bool = False
    """True if the user configured the address, in a variable, a docker context or a podman connection."""


@frozen
class Login:
    """A login for a registry stored on this host, without the credentials themselves."""

    registry: str
    origin: str
    """The origin of the login: a file, or `configuration`."""
    helper: str = ""
    """The credential helper that stores the password; empty if there is none."""


@frozen
class Logins:
    """All stored logins, and their problems."""

    found: tuple[Login, ...] = ()
    helpers: tuple[str, ...] = ()
    """Credential helpers that are used for every registry."""
    problems: tuple[JobberError, ...] = ()


@frozen
class LocalDevices:
    """GPUs of this host, as device files and CDI specifications."""

    nodes: tuple[str, ...] = ()
    """Device files, such as `/dev/nvidia0` and `/dev/kfd`."""
    specifications: tuple[str, ...] = ()
    """CDI specifications, which describe devices to engines, such as `/etc/cdi/nvidia.yaml`."""


@frozen
class Configuration:
    """The configuration files in effect here, and their settings for engines and registries."""

    files: tuple[str, ...] = ()
    problems: tuple[JobberError, ...] = ()
    active: tuple[str, ...] = ()
    """The names of the active configurations."""
    default_registry: str = ""


@frozen
class EngineReport:
    """The report on the engine that a run would use, as far as the engine responded."""

    description: EngineDescription
    why: str
    facts: EngineFacts | JobberError | None
    """The configuration of the engine, or the error; None for an engine that does not describe its configuration."""
    space: Space | None = None
    """The space in bytes at the engine's images; None if it is not known."""
    devices: LocalDevices | None = None
    """GPUs of the engine's host, if that is this host; None otherwise."""
    runs: Mapping[str, int] | JobberError | None = None
    """The number of unfinished runs by state; None if the connection to the engine was lost before."""
    leftovers: int | JobberError | None = None


@frozen
class Findings:
    """All findings."""

    installation: Installation
    configuration: Configuration
    logins: Logins
    engine: EngineReport | JobberError
    """The engine, or the error if there is none."""
    places: tuple[EnginePlace, ...] = field(default=())
    """The other addresses at which jobber looked for an engine."""
