"""Images as described by an engine."""

from __future__ import annotations

from collections import deque
from dataclasses import field
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jobber.domain.images.reference import ImageId


_FIRST = datetime(2013, 3, 1, tzinfo=UTC)
"""Date of Docker's first release. Image builders that record no creation time use an earlier one (year 1, 1970,
1980)."""


def known_moment(text: str | None) -> str:
    """Return the creation time of an image; empty if it is missing or not plausible."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return ""
    return str(text) if moment.tzinfo is not None and moment >= _FIRST else ""


def known_seconds(seconds: float | None) -> float:
    """Return a creation time in seconds since 1970; 0 if it is missing or not plausible."""
    return float(seconds) if seconds and seconds >= _FIRST.timestamp() else 0.0


@frozen
class ImageHealthCheck:
    """The health check of an image; times in nanoseconds, 0 for the engine's default."""

    test: tuple[str, ...]
    """The test: `NONE`, `CMD` and words, or `CMD-SHELL` and a command line."""
    interval: int = 0
    timeout: int = 0
    start_period: int = 0
    start_interval: int = 0
    retries: int = 0


@frozen
class ImageConfiguration:
    """The settings of an image for containers created from it; None for a setting that the image does not have.

    Example:
        >>> from jobber.testing import FakeEngine, ImageConfiguration
        >>> configuration = ImageConfiguration(command=("train",), workdir="/model", environment=("SEED=7",))
        >>> engine = FakeEngine()
        >>> image = engine.image("train", programs={"/bin/train": lambda job: None}, configuration=configuration)
        >>> engine.look(image).configuration.workdir
        '/model'

    """

    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    workdir: str | None = None
    user: str | None = None
    environment: tuple[str, ...] = ()
    """Environment variables as `NAME=VALUE`, in the image's order."""
    exposed_ports: tuple[str, ...] = ()
    """Exposed ports as `PORT/PROTOCOL`, sorted."""
    volumes: tuple[str, ...] = ()
    """Volumes as absolute paths, sorted."""
    stop_signal: str | None = None
    health_check: ImageHealthCheck | None = None
    shell: tuple[str, ...] = ()
    """Words of the shell for commands in shell form; empty for `/bin/sh -c`. Podman does not report them."""
    on_build: tuple[str, ...] = ()
    """`ONBUILD` instructions for builds based on the image. Podman does not report them."""


@frozen
class Image:
    """An image in an engine's image store."""

    id: ImageId
    references: tuple[str, ...] = ()
    """Tags in the form that users write: `mnist:latest`, on Podman too."""
    digests: tuple[str, ...] = ()
    """Repository digests, `NAME@sha256:HEX`."""
    labels: Mapping[str, str] = field(default_factory=dict)
    configuration: ImageConfiguration = ImageConfiguration()
    layers: tuple[str, ...] = ()
    """Digests of the uncompressed layers (`sha256:HEX`), bottom layer first."""
    created: str = ""
    """The creation time in RFC 3339; empty if the image does not record one."""
    size: int = 0
    """The size in bytes, shared layers included."""
    platform: str = ""
    """The platform as `OS/ARCHITECTURE[/VARIANT]`."""
    unsure_digests: tuple[str, ...] = ()
    """The subset of `digests` that the engine also reports for images that were never in a registry."""

    @property
    def listed(self) -> ListedImage:
        """The fields of the image that image lists contain."""
        try:
            created = datetime.fromisoformat(self.created).timestamp()
        except ValueError:
            created = 0.0
        return ListedImage(self.id, self.references, self.digests, self.labels, created, self.size)

    @property
    def chain(self) -> str:
        """The OCI ChainID of all layers; empty for an image without layers.

        The ChainID (OCI image specification) does not depend on how an engine computes image IDs.
        """
        return deque(chain_ids_of(self.layers), maxlen=1).pop() if self.layers else ""


def chain_ids_of(layers: Sequence[str]) -> Iterator[str]:
    """Yield the ChainID of each prefix of `layers`, the shortest prefix first."""
    chain = ""
    for layer in layers:
        chain = "sha256:" + sha256(f"{chain} {layer}".encode()).hexdigest() if chain else layer
        yield chain


@frozen
class ListedImage:
    """The fields of an image that an engine's image list contains."""

    id: ImageId
    references: tuple[str, ...] = ()
    """Tags in the form that users write."""
    digests: tuple[str, ...] = ()
    """Repository digests, `NAME@sha256:HEX`."""
    labels: Mapping[str, str] = field(default_factory=dict)
    created: float = 0.0
    """The creation time in seconds since 1970, UTC; 0 if the image does not record one. In that case, Podman reports
    the time at which the image was loaded."""
    size: int = 0
    """The size in bytes, shared layers included."""
