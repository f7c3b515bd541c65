"""Files with holes, which engines write out: a result pays for them with their full size."""

from __future__ import annotations

from dataclasses import dataclass

WORTH_TELLING = 10**9
"""Bytes of holes in all from which on they are told: their commit takes about 15 s for each gigabyte (Docker 20.10)."""


@dataclass(frozen=True, slots=True)
class SparseFile:
    """A file of a container that takes less room than its size says."""

    path: str
    """Absolute, in the container."""
    holes: int
    """Bytes of its size that take no room."""
