"""The request for an image build."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from jobber.domain.errors import OptionUnsupported
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import PurePath

    from jobber.domain.images.credentials import Credentials
    from jobber.domain.images.reference import ImageReference


_SCRATCH = "scratch"
"""The name of the empty image, which no engine and no registry has (Dockerfile reference, "FROM")."""


@frozen
class BuildRequest:
    """The request for one image build; jobber tags the image afterwards."""

    context: PurePath
    """The build context: an existing directory."""
    dockerfile: PurePath
    """The Dockerfile: an existing file, in the context or outside it."""
    labels: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, str | None] = field(default_factory=dict)
    """Values of `--build-arg` by name; None takes the value from the caller's environment, as `docker build` does."""
    target: str | None = None
    platform: str | None = None
    no_cache: bool = False
    pull: bool = False
    secrets: tuple[str, ...] = ()
    """Values of `--secret` in the syntax of `docker build`: `id=ID,src=PATH` or `id=ID,env=NAME`."""
    bases: tuple[ImageReference, ...] = ()
    """Images that the Dockerfile refers to, as far as they are known."""
    credentials: Mapping[str, Credentials | None] = field(default_factory=dict)
    """Credentials for the registries of `bases`, by host; None for anonymous access if the stored login is unusable."""
    by_context_key: bool = False
    """True to take an image with the same context key instead of building it, and to label the built image with it."""


def base_images(request: BuildRequest) -> tuple[ImageReference, ...]:
    """Return the images that the Dockerfile refers to, without `scratch`, which is not an image."""
    return tuple(base.with_default_tag() for base in request.bases if str(base) != _SCRATCH)


def given_arguments(request: BuildRequest) -> tuple[str, ...]:
    """Return the names of the build arguments that have a value."""
    return tuple(name for name, value in request.arguments.items() if value is not None)


def check_podman_build(request: BuildRequest) -> None:
    """Check that Podman supports all options of a build. Raises `OptionUnsupported`."""
    if request.secrets:
        raise OptionUnsupported("--secret", engine="podman", why="its API takes secrets only as files of the context")
