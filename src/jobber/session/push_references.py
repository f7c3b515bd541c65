"""The references of a push."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors import UsageError
from jobber.domain.images.reference import parse_reference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobber.domain.images.reference import ImageReference, Registry


def parse_references(texts: Iterable[str], *, registry: Registry | None) -> list[ImageReference]:
    """Return references that name a registry or a namespace. Raises `UsageError`, `InvalidReference`."""
    found = [parse_reference(text, default_registry=registry).with_default_tag() for text in texts]
    if not found:
        raise UsageError("no image to push is given", hint="jobber push REGISTRY/NAME:TAG")
    for reference in found:
        if not reference.is_remote:
            raise UsageError(
                f"{reference} names no registry to push to",
                hint=f"add one with -r, or as REGISTRY/{reference}",
            )
    return found
