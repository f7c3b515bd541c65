"""A build as it was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobber.domain.errors import OptionUnsupported

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import PurePath

    from jobber.domain.images.credentials import Credentials
    from jobber.domain.images.reference import ImageReference


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """What a builder is to do; the tags are given afterwards."""

    context: PurePath
    """An existing directory."""
    dockerfile: PurePath
    """An existing file, in the context or outside it."""
    labels: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, str | None] = field(default_factory=dict)
    """`--build-arg`; None takes the value from the caller's environment, as `docker build` does."""
    target: str | None = None
    platform: str | None = None
    no_cache: bool = False
    pull: bool = False
    secrets: tuple[str, ...] = ()
    """`--secret` as `docker build` takes it: `id=ID,src=PATH` or `id=ID,env=NAME`."""
    bases: tuple[ImageReference, ...] = ()
    """The images that the Dockerfile asks for, as far as they are known."""
    credentials: Mapping[str, Credentials | None] = field(default_factory=dict)
    """Who we are to the registries of those, by host; None for nobody, where the stored login can't be used."""


def given_arguments(request: BuildRequest) -> tuple[str, ...]:
    """Return the names of the build arguments that have a value."""
    return tuple(name for name, value in request.arguments.items() if value is not None)


def check_podman_build(request: BuildRequest) -> None:
    """Check that Podman has all that a build asks for. Raises `OptionUnsupported`."""
    if request.secrets:
        raise OptionUnsupported("--secret", engine="podman", why="its API takes secrets only as files of the context")
