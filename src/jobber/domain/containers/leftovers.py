"""Objects of jobber on an engine besides images: copies of inputs, and leftovers."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from jobber.domain.values import frozen

if TYPE_CHECKING:
    from jobber.domain.images.reference import ImageId


@frozen
class InputCopy:
    """A complete copy of a directory of an image, in a volume that runs share."""

    name: str
    """The volume's name."""
    image: ImageId
    source: str
    is_used: bool
    """True if a container mounts the volume, even an exited one."""
    size: int | None = None
    """The size in bytes; None if the engine does not report it."""


class LeftoverKind(Enum):
    """The kind of a leftover."""

    CONTAINER = "container"
    IMAGE = "image"
    VOLUME = "volume"


@frozen
class Leftover:
    """A temporary object left behind by a jobber process that has ended, or a note that is no longer needed."""

    kind: LeftoverKind
    id: str
    """The engine's ID of the object."""
    what: str
    """The purpose of the object, in a few words."""
    size: int | None = None
    """The size in bytes; None if it is not known."""
