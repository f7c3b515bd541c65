"""Suggest the closest known image name for a name that does not exist."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobber.domain.images.naming import LATEST, LATEST_RUN
from jobber.domain.images.reference import reference_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jobber.domain.images.reference import ImageReference

DID_YOU_MEAN = "did you mean"
"""The start of a hint that proposes another name."""
_ALIKE = 0.7
"""The lowest `difflib` ratio (0 to 1) of two similar names: `pionts` and `points` have 0.83."""
_LIBRARY = ("docker.io", ("library",))
_DIGITS = re.compile(r"\d+")
_MOST = 3


def name_hint(wanted: ImageReference, *, known: Iterable[str]) -> str | None:
    """Return a hint for a reference that does not exist: the closest known one, or other tags of its repository.

    The tag `latest` is never treated as a typing error, because it stands for an omitted tag. A name in the same
    registry and namespace is close if it differs in a few letters, but not if only digits differ. If there is none, the
    same name in another registry or namespace is proposed.

    Args:
        wanted: The reference, with a tag.
        known: The existing tags, `[REGISTRY/][NAMESPACE/]NAME:TAG`.

    Returns:
        The hint, or None if no name is close.

    """
    if wanted.digest:
        return None
    references = [found for text in sorted(known) if (found := reference_in(text)) is not None and found.tag]
    same = [found for found in references if found.repository == wanted.repository]
    if same:
        return _tag_hint(wanted, same)
    beside = [found for found in references if _place(found) == _place(wanted)]
    name = _nearest(wanted.name, [found.name for found in beside])
    near = [found for found in beside if found.name == name] or [
        found for found in references if found.name == wanted.name
    ]
    if not near:
        return None
    near = [found for found in near if found.repository == near[0].repository]
    return f"{DID_YOU_MEAN} {_shown(min(near, key=lambda found: _rank(found.tag, wanted.tag)))}?"


def _place(reference: ImageReference) -> tuple[str | None, tuple[str, ...]]:
    """Return the registry and namespace of an image; `docker.io/library`, which only Podman reports, becomes empty."""
    place = (reference.registry, reference.namespace)
    return (None, ()) if place == _LIBRARY else place


def _tag_hint(wanted: ImageReference, same: Sequence[ImageReference]) -> str:
    tags = [str(found.tag) for found in same]
    tag = None if wanted.tag == LATEST else _nearest(str(wanted.tag), tags)
    if tag is not None:
        return f"{DID_YOU_MEAN} {_shown(wanted.tagged(tag))}?"
    shown = sorted(tags, key=lambda tag: (tag not in (LATEST, LATEST_RUN), tag))
    more = ", …" if len(shown) > _MOST else ""
    return f"{wanted.repository} has other tags: {', '.join(shown[:_MOST])}{more}"


def _nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the closest known word; words that differ only in digits are distinct names, not typing errors."""
    import difflib

    plain = _DIGITS.sub("", word)
    others = sorted({other for other in known if _DIGITS.sub("", other) != plain or other == word})
    return next(iter(difflib.get_close_matches(word, others, n=1, cutoff=_ALIKE)), None)


def _rank(tag: str | None, wanted: str | None) -> tuple[bool, bool, bool]:
    return (tag != wanted, tag != LATEST, tag != LATEST_RUN)


def _shown(reference: ImageReference) -> str:
    """Return a reference as users write it, without `:latest`."""
    return str(reference).removesuffix(f":{LATEST}")
