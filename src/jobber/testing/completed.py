"""The outcome of a command that a test called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.values import frozen

if TYPE_CHECKING:
    from jobber.domain.images.image import Image


@frozen
class Completed:
    """The exit status, the output and the image of a command.

    Args:
        exit_status: The exit status.
        stdout: Standard output in bytes.
        stderr: Standard error in bytes.
        image: The image, or None.

    Example:
        >>> from pathlib import Path
        >>> from jobber.testing import FakeCommandLine, FakeEngine
        >>> jobber_cli = FakeCommandLine(FakeEngine(), home=Path.cwd(), directory=Path.cwd())
        >>> completed = jobber_cli("show", "model")
        >>> completed.exit_status, completed.image
        (1, None)
        >>> completed.err.splitlines()
        ['error: there is no image model:latest', 'hint: `jobber ls` lists the results']

    """

    exit_status: int
    stdout: bytes
    stderr: bytes
    image: Image | None
    """The built image or the run's result image, with its labels; None if there is none."""

    @property
    def out(self) -> str:
        """The standard output as text; bytes that are not UTF-8 are replaced."""
        return self.stdout.decode(errors="replace")

    @property
    def err(self) -> str:
        """The standard error as text; bytes that are not UTF-8 are replaced."""
        return self.stderr.decode(errors="replace")

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of the image; empty if there is no image."""
        return self.image.references if self.image else ()
