"""What the user calls an image, and what Podman does.

Podman stores `mnist` as `localhost/mnist`, and gives short names of its own to what it pulled or built.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jobber.domain.images.reference import parse_image_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobber.domain.images.reference import ImageId, ImageReference

LOCAL = "localhost"
HUB = "docker.io"


def engine_reference(reference: ImageReference) -> ImageReference:
    """The reference in full, as it is said to Podman."""
    if reference.registry:
        return reference
    return replace(reference, registry=HUB if reference.namespace else LOCAL)


def candidates(name: ImageReference | ImageId | str) -> tuple[str, ...]:
    """Under which names an image may be there; the first that is counts."""
    if isinstance(name, str):
        return ((parse_image_id(name) or name).removeprefix("sha256:"),)
    full = str(engine_reference(name))
    return (full,) if name.registry or name.namespace else (full, f"{HUB}/library/{name}", str(name))


def user_names(names: Iterable[str]) -> tuple[str, ...]:
    """Podman's names as the user knows them."""
    return tuple(name.removeprefix(f"{LOCAL}/") for name in names)


def true_digests(digests: Iterable[str], *, own: str) -> tuple[str, ...]:
    """Repository digests, without those that Podman makes up, as far as that can be known.

    It gives every name of an image every digest that it knows of it, `own` included: that of the image as it is
    stored here. A pull of what was here already adds the registry's. Where there is none but `own`, the image has come
    from a registry under that digest; or it was made here, pushed or not, and no registry has it so.
    """
    named = [digest for digest in digests if not digest.startswith(f"{LOCAL}/")]
    told = [digest for digest in named if digest.partition("@")[2] != own]
    return tuple(told or named)


def unsure_digests(digests: Iterable[str], *, own: str) -> tuple[str, ...]:
    """Those of the true digests that no registry may have."""
    return tuple(digest for digest in true_digests(digests, own=own) if digest.partition("@")[2] == own)
