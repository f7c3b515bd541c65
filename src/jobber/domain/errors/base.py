"""What all errors are: one sentence, one hint, an exit status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class JobberError(Exception):
    """Something that stops a command, told in one sentence and one hint."""

    exit_status = 125

    def __init__(self, what: str, *, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def __reduce__(self) -> tuple[Callable[..., JobberError], tuple[object, ...], dict[str, Any]]:
        """As facts, for another process: what made a sentence of them can't make it again out of the sentence."""
        return _with_sentence, (type(self), *self.args), self.__dict__


class UsageError(JobberError):
    """The command line, or a value in it, can't be understood."""


class Interrupted(JobberError):
    """The user, or the system, asked to stop before there was anything to finish."""

    exit_status = 130

    def __init__(self, signal: str) -> None:
        super().__init__(f"interrupted ({signal})")
        self.signal = signal


def _with_sentence(kind: type[JobberError], *arguments: object) -> JobberError:
    """An error of this kind without its facts."""
    return kind.__new__(kind, *arguments)
