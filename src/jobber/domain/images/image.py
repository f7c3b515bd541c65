"""Images as an engine tells of them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jobber.domain.images.reference import ImageId


_FIRST = datetime(2013, 3, 1, tzinfo=UTC)
"""Docker's first release. Earlier times (year 1, 1970, 1980) stand in images whose makers noted none."""


def known_moment(text: str | None) -> str:
    """Return the time at which an image says that it was created; empty where it says none that can be true."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return ""
    return str(text) if moment.tzinfo is not None and moment >= _FIRST else ""


def known_seconds(seconds: float | None) -> float:
    """Return the same in seconds since 1970; 0 where it can't be true."""
    return float(seconds) if seconds and seconds >= _FIRST.timestamp() else 0.0


@dataclass(frozen=True, slots=True)
class ImageHealthCheck:
    """The health check of an image; times in nanoseconds, 0 where the image leaves them to the engine."""

    test: tuple[str, ...]
    """`NONE`, `CMD` and words, or `CMD-SHELL` and a line."""
    interval: int = 0
    timeout: int = 0
    start_period: int = 0
    start_interval: int = 0
    retries: int = 0


@dataclass(frozen=True, slots=True)
class ImageConfiguration:
    """What an image says about the containers made from it; None where it says nothing."""

    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    workdir: str | None = None
    user: str | None = None
    environment: tuple[str, ...] = ()
    """`NAME=VALUE`, in the image's order."""
    exposed_ports: tuple[str, ...] = ()
    """`PORT/PROTOCOL`, sorted."""
    volumes: tuple[str, ...] = ()
    """Absolute paths, sorted."""
    stop_signal: str | None = None
    health_check: ImageHealthCheck | None = None
    shell: tuple[str, ...] = ()
    """Words before a command that is written as a line; empty for `/bin/sh -c`. Podman does not show it."""
    on_build: tuple[str, ...] = ()
    """Instructions for a build that is based on the image. Podman does not show them."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image in an engine's store."""

    id: ImageId
    references: tuple[str, ...] = ()
    """Tags as the user knows them: `mnist:latest`, on Podman too."""
    digests: tuple[str, ...] = ()
    """Repository digests, `NAME@sha256:HEX`."""
    labels: Mapping[str, str] = field(default_factory=dict)
    configuration: ImageConfiguration = ImageConfiguration()
    layers: tuple[str, ...] = ()
    """Digests of the layers' contents (`sha256:HEX`), bottom first."""
    created: str = ""
    """RFC 3339; empty where the image does not say."""
    size: int = 0
    """Bytes, shared layers included."""
    platform: str = ""
    """`OS/ARCHITECTURE[/VARIANT]`."""
    unsure_digests: tuple[str, ...] = ()
    """Those of `digests` that the engine tells of images too that were never in a registry."""

    @property
    def listed(self) -> ListedImage:
        """As much of it as a list of images would tell."""
        try:
            created = datetime.fromisoformat(self.created).timestamp()
        except ValueError:
            created = 0.0
        return ListedImage(self.id, self.references, self.digests, self.labels, created, self.size)

    @property
    def chain(self) -> str:
        """What all its layers come to, one digest; empty without layers.

        The ChainID of the OCI image specification: it stays the same whatever an engine takes for the image's id.
        """
        return deque(chain_ids_of(self.layers), maxlen=1).pop() if self.layers else ""


def chain_ids_of(layers: Sequence[str]) -> Iterator[str]:
    """What layers come to, one after the other: the chain of the first, of the first two, and so on."""
    chain = ""
    for layer in layers:
        chain = "sha256:" + sha256(f"{chain} {layer}".encode()).hexdigest() if chain else layer
        yield chain


@dataclass(frozen=True, slots=True)
class ListedImage:
    """As much of an image as an engine tells in a list of them."""

    id: ImageId
    references: tuple[str, ...] = ()
    """Tags as the user knows them."""
    digests: tuple[str, ...] = ()
    """Repository digests, `NAME@sha256:HEX`."""
    labels: Mapping[str, str] = field(default_factory=dict)
    created: float = 0.0
    """Seconds since 1970, UTC; 0 where the image does not say. Podman has the time at which it was loaded then."""
    size: int = 0
    """Bytes, shared layers included."""
