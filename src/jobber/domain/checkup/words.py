"""Format lists in the texts of checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 6


def listed(names: Sequence[str], *, most: int = _MOST) -> str:
    """Return names in one line, at most the first `most` of them."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
