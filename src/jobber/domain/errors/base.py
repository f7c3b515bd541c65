"""The base classes of all errors: one sentence, one hint, one exit status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class JobberError(Exception):
    """An error that ends a command, described by one sentence and one hint."""

    exit_status = 125

    def __init__(self, what: str, *, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def __reduce__(self) -> tuple[Callable[..., JobberError], tuple[object, ...], dict[str, Any]]:
        """Pickle the fields, for another process.

        A subclass composes its sentence from facts, so it can't be created again from the sentence alone.
        """
        return _with_sentence, (type(self), *self.args), self.__dict__


class UsageError(JobberError):
    """An error in the command line or in one of its values."""


class Interrupted(JobberError):
    """An interruption by the user or the system, before there was anything to finish."""

    exit_status = 130

    def __init__(self, signal: str) -> None:
        super().__init__(f"interrupted ({signal})")
        self.signal = signal


def _with_sentence(kind: type[JobberError], *arguments: object) -> JobberError:
    """Return an error of this class, without its fields."""
    return kind.__new__(kind, *arguments)
