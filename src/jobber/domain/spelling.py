"""What somebody may have meant: the known word that is nearest to one that is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(word: str, *, known: Iterable[str]) -> str | None:
    """The known word that is most like this one, whatever its case; None where none is like it."""
    import difflib

    folded = {candidate.casefold().replace("_", "-"): candidate for candidate in known}
    near = difflib.get_close_matches(word.casefold().replace("_", "-"), folded, n=1)
    return folded[near[0]] if near else None


def did_you_mean(word: str, *, known: Iterable[str]) -> str | None:
    """The hint that names the nearest known word."""
    near = nearest(word, known=known)
    return f"did you mean {near}?" if near else None
