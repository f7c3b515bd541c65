"""Suggest the closest known word."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(word: str, *, known: Iterable[str]) -> str | None:
    """Return the known word closest to `word`, ignoring case and treating `_` as `-`; None if no word is close."""
    import difflib

    folded = {candidate.casefold().replace("_", "-"): candidate for candidate in known}
    near = difflib.get_close_matches(word.casefold().replace("_", "-"), folded, n=1)
    return folded[near[0]] if near else None


def did_you_mean(word: str, *, known: Iterable[str]) -> str | None:
    """Return a hint that names the closest known word; None if no word is close."""
    near = nearest(word, known=known)
    return f"did you mean {near}?" if near else None
