"""Validation of names that tests pass to the fake: an unknown name is always an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence


def check_known(word: str, *, known: Sequence[str], what: str) -> None:
    """Check that a name is a known one. Raises `ValueError`, which suggests the closest known name."""
    if word not in known:
        hint = did_you_mean(word, known=known) or f"it is one of {', '.join(known)}"
        raise ValueError(f"there is no {what} {word!r}: {hint}")
