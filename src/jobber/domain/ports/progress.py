"""What jobber says while it works: facts, not sentences; the CLI makes lines of them."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """A listener to what is going on."""

    def note(self, event: str, /, **facts: object) -> None:
        """Something the user should know of, told on stderr."""

    def warn(self, event: str, /, **facts: object) -> None:
        """Something that may surprise the user later, told on stderr."""

    def call(self, event: str, /, **facts: object) -> None:
        """An engine call or a step, told with `--verbose` alone."""

    def step(self, text: str, /) -> None:
        """Where a long thing stands, in a few words that the next step may overwrite on a terminal."""

    def build_output(self, chunk: bytes, /) -> None:
        """Output of a build, told with `--verbose` alone, and on stdout."""


class Silence:
    """A listener that passes nothing on."""

    def note(self, event: str, /, **facts: object) -> None:
        """Nothing."""

    def warn(self, event: str, /, **facts: object) -> None:
        """Nothing."""

    def call(self, event: str, /, **facts: object) -> None:
        """Nothing."""

    def step(self, text: str, /) -> None:
        """Nothing."""

    def build_output(self, chunk: bytes, /) -> None:
        """Nothing."""
