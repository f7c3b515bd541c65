"""Conversion between the user's names of images and Podman's.

Podman stores `mnist` as `localhost/mnist`, and gives short names of its own to images that it pulled or built.
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
    """Return the full reference that jobber sends to Podman."""
    if reference.registry:
        return reference
    return replace(reference, registry=HUB if reference.namespace else LOCAL)


def candidates(name: ImageReference | ImageId | str) -> tuple[str, ...]:
    """Return the names under which an image may exist; the first that exists is used."""
    if isinstance(name, str):
        return ((parse_image_id(name) or name).removeprefix("sha256:"),)
    full = str(engine_reference(name))
    return (full,) if name.registry or name.namespace else (full, f"{HUB}/library/{name}", str(name))


def user_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return Podman's names in the user's form."""
    return tuple(name.removeprefix(f"{LOCAL}/") for name in names)


def true_digests(digests: Iterable[str], *, own: str) -> tuple[str, ...]:
    """Filter out the digests that Podman derives locally, as far as they can be recognised.

    Podman lists every digest that it knows of an image for each of the image's names. This includes `own`, the digest
    of the image as the engine stores it. A pull of an image that already exists locally adds the registry's digest. If
    `own` is the only digest, the image may have come from a registry under that digest. It may also have been created
    locally, pushed or not, so that no registry has it under that digest.
    """
    named = [digest for digest in digests if not digest.startswith(f"{LOCAL}/")]
    told = [digest for digest in named if digest.partition("@")[2] != own]
    return tuple(told or named)


def unsure_digests(digests: Iterable[str], *, own: str) -> tuple[str, ...]:
    """Return those of the true digests that possibly no registry has."""
    return tuple(digest for digest in true_digests(digests, own=own) if digest.partition("@")[2] == own)
