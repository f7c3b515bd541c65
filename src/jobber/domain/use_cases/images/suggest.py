"""Look for the name that somebody may have meant, among the tags that an engine has."""

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
"""How long an error may wait for a list of tags: Podman 4.3 lists 600 images in a minute."""
_IS_MISSING = re.compile(
    r"manifest.*unknown|manifest.*not found|name unknown|repository.*(?:not found|does not exist)|: not found$"
).search


def suggestion(
    reference: ImageReference | None, *, images: ImageStore, accepts: Callable[[str], bool] = lambda _: True
) -> str | None:
    """Return a hint with the name on the engine that is most like one that is not there.

    Args:
        reference: The reference that is not there; None for a text that can't be one.
        images: The engine's images.
        accepts: Whether a tag may be proposed.

    Returns:
        The hint; None where no name is near, or where the engine does not list its tags within `SECONDS`.

    """
    if reference is None or reference.digest:
        return None
    return name_hint(reference.with_default_tag(), known=filter(accepts, names_here(images)))


def names_here(images: ImageStore) -> Sequence[str]:
    """Return the tags that an engine has; none where it does not list them within `SECONDS`."""
    try:
        return images.references(seconds=SECONDS)
    except JobberError:  # what the names are wanted for is an error that counts more
        return ()


def is_missing_in_registry(why: str) -> bool:
    """Return whether a registry that refused a pull has no such image, rather than no mind to give it."""
    return _IS_MISSING(why.lower()) is not None
