"""The port for progress and warnings. Messages are facts; the command line formats them."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """A receiver of messages about the work in progress."""

    def note(self, event: str, /, **facts: object) -> None:
        """Report an event that the user should notice; shown on stderr.

        Args:
            event: The name of the event.
            facts: The facts of the event by name.

        """

    def warn(self, event: str, /, **facts: object) -> None:
        """Report an event that may surprise the user later; shown on stderr.

        Args:
            event: The name of the event.
            facts: The facts of the event by name.

        """

    def call(self, event: str, /, **facts: object) -> None:
        """Report an engine call or a step; shown only with `--verbose`.

        Args:
            event: The name of the event.
            facts: The facts of the event by name.

        """

    def step(self, text: str, /) -> None:
        """Report the state of a long operation; on a terminal, the next step may overwrite it.

        Args:
            text: The state, in a few words.

        """

    def build_output(self, chunk: bytes, /) -> None:
        """Report output of a build; shown only with `--verbose`, on stdout.

        Args:
            chunk: The output.

        """


class Silence:
    """A receiver that ignores all messages."""

    def note(self, event: str, /, **facts: object) -> None:
        """Ignore it."""

    def warn(self, event: str, /, **facts: object) -> None:
        """Ignore it."""

    def call(self, event: str, /, **facts: object) -> None:
        """Ignore it."""

    def step(self, text: str, /) -> None:
        """Ignore it."""

    def build_output(self, chunk: bytes, /) -> None:
        """Ignore it."""
