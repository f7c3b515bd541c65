"""How a command went that was called in a test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobber.domain.images.image import Image


@dataclass(frozen=True, slots=True)
class Completed:
    """All that a command left to see."""

    exit_status: int
    stdout: bytes
    stderr: bytes
    image: Image | None
    """The image that was built, or the result image of the run, with its labels; None where none was made."""

    @property
    def out(self) -> str:
        """Standard output as text; what is no UTF-8 is replaced."""
        return self.stdout.decode(errors="replace")

    @property
    def err(self) -> str:
        """Standard error as text; what is no UTF-8 is replaced."""
        return self.stderr.decode(errors="replace")

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of the image that was made; empty where none was made."""
        return self.image.references if self.image else ()
