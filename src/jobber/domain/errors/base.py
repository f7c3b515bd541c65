"""What all errors are: one sentence, one hint, an exit status."""

from __future__ import annotations


class JobberError(Exception):
    """Something that stops a command, told in one sentence and one hint."""

    exit_status = 125

    def __init__(self, what: str, *, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class UsageError(JobberError):
    """The command line, or a value in it, can't be understood."""


class Interrupted(JobberError):
    """The user, or the system, asked to stop before there was anything to finish."""

    exit_status = 130

    def __init__(self, signal: str) -> None:
        super().__init__(f"interrupted ({signal})")
        self.signal = signal
