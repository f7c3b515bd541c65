"""What an engine keeps for jobber beyond images: copies of inputs, and what was left half-done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobber.domain.images.reference import ImageId


@dataclass(frozen=True, slots=True)
class InputCopy:
    """A whole copy of a directory of an image, in a volume that runs share."""

    name: str
    """The volume's."""
    image: ImageId
    source: str
    is_used: bool
    """Whether a container has it mounted, be it one that has ended."""
    size: int | None = None
    """Bytes; None where the engine doesn't tell."""


class LeftoverKind(Enum):
    """What can be left half-done."""

    CONTAINER = "container"
    IMAGE = "image"
    VOLUME = "volume"


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something that a jobber that is no more has left half-done, or a note that nobody needs any more."""

    kind: LeftoverKind
    id: str
    """By which the engine knows it."""
    what: str
    """What it was for, in a few words."""
    size: int | None = None
    """Bytes; None where that is not known."""
