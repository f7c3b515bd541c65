"""Suggest a similar name among the engine's tags."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobber.domain.errors import JobberError
from jobber.domain.images.near_names import name_hint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jobber.domain.images.reference import ImageReference
    from jobber.domain.ports import ImageStore

SECONDS = 1.0
"""The maximum time in seconds for listing tags during an error: Podman 4.3 needs a minute for 600 images."""
_IS_MISSING = re.compile(
    r"manifest.*unknown|manifest.*not found|name unknown|repository.*(?:not found|does not exist)|: not found$"
).search


def suggestion(
    reference: ImageReference | None, *, images: ImageStore, accepts: Callable[[str], bool] = lambda _: True
) -> str | None:
    """Return a hint with the name on the engine that is most similar to a missing one.

    Args:
        reference: The missing reference; None for a text that can't be one.
        images: The engine's images.
        accepts: Returns whether a tag may be suggested.

    Returns:
        The hint; None if no name is similar, or if the engine does not list its tags within `SECONDS`.

    """
    if reference is None or reference.digest:
        return None
    return name_hint(reference.with_default_tag(), known=filter(accepts, names_here(images)))


def names_here(images: ImageStore) -> Sequence[str]:
    """Return the engine's tags; none if the engine does not list them within `SECONDS`."""
    try:
        return images.references(seconds=SECONDS)
    except JobberError:  # the error that needs the names is more important
        return ()


def is_missing_in_registry(why: str) -> bool:
    """Return whether a pull failed because the registry has no such image, and not for lack of permission."""
    return _IS_MISSING(why.lower()) is not None
