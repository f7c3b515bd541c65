"""Files with holes. Engines write the holes out, so a result takes up the full size of such files."""

from __future__ import annotations

from jobber.domain.values import frozen

WORTH_TELLING = 10**9
"""The total size of holes, in bytes, from which jobber reports them. A commit takes about 15 s for each gigabyte of
holes (Docker 20.10)."""


@frozen
class SparseFile:
    """A file of a container that occupies less space than its size."""

    path: str
    """The absolute path in the container."""
    holes: int
    """The size of the holes in bytes: the part of the file's size that occupies no space."""
