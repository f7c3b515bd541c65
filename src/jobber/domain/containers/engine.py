"""The description of an engine."""

from __future__ import annotations

from jobber.domain.values import frozen


@frozen
class EngineDescription:
    """The name, version and capabilities of an engine; run records keep name and version."""

    name: str
    """The engine's name: `docker`, `podman`, …"""
    version: str
    mounts_images: bool
    """True if the engine mounts a directory of an image read-only without copying it."""
    address: str = ""
    """The engine's address, in the form that users write."""
    dockerfiles: tuple[str, ...] = ("Dockerfile",)
    """Names of files that the engine uses as the Dockerfile if a build names none."""
