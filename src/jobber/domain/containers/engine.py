"""What an engine is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EngineDescription:
    """Name and version of an engine, as a run record keeps them."""

    name: str
    """`docker`, `podman`, …"""
    version: str
    mounts_images: bool
    """Whether it mounts a directory of an image read-only without copying."""
    address: str = ""
    """Where it was found, as the user would write it."""
    dockerfiles: tuple[str, ...] = ("Dockerfile",)
    """Names of files that it takes for a Dockerfile where a build names none."""
