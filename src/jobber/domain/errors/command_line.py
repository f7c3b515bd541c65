"""Errors in the arguments of a command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.display import unambiguous
from jobber.domain.errors.base import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


class InvalidReference(UsageError):
    """A text that is not an image reference."""

    def __init__(self, text: str, *, why: str, hint: str | None = None) -> None:
        super().__init__(
            f"not an image reference: {text!r}: {why}",
            hint=hint or "references look like [registry[:port]/][namespace/]name[:tag][@digest], in lower case",
        )
        self.text = text


class InvalidInput(UsageError):
    """An in-spec that is invalid, or that conflicts with another mount."""

    def __init__(self, specification: str, *, why: str, hint: str | None = None) -> None:
        super().__init__(
            f"input {specification!r}: {why}",
            hint=hint or "inputs look like IMAGE[,src=/DIR][,dest=/DIR]",
        )
        self.specification = specification


class InputsCollide(InvalidInput):
    """Two inputs mounted at the same path, or one inside the other.

    `specification` is the in-spec of the later one.
    """

    def __init__(self, specification: str, *, what: str, hint: str) -> None:
        UsageError.__init__(self, what, hint=hint)
        self.specification = specification


class InvalidOption(UsageError):
    """A `docker run` option in Xdocker that is unknown, malformed, or reserved for jobber."""

    def __init__(self, option: str, *, why: str, hint: str | None = None) -> None:
        super().__init__(f"Xdocker option {option}: {why}", hint=hint)
        self.option = option


class AnswerNeeded(UsageError):
    """A question that needs an answer when there is no terminal."""

    def __init__(self, question: str) -> None:
        super().__init__(
            f"{question} There is no terminal to prompt on",
            hint="pass --yes to confirm, or --dry-run to print what would be removed",
        )
        self.question = question


class SortKeyUnknown(UsageError):
    """A sort key that no result has."""

    def __init__(self, key: str, *, known: Sequence[str], hint: str | None = None) -> None:
        shown = ", ".join(map(unambiguous, known[:20])) + (", …" if len(known) > 20 else "")
        super().__init__(f"no result has a number {key!r} to sort by", hint=hint or f"available: {shown}")
        self.key = key
        self.known = tuple(known)
