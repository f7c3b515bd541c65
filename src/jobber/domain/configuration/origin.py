"""Where a value comes from, so that every error and `jobber config --origins` can say so."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Origin(NamedTuple):
    """A place where a value is given."""

    place: str
    """The path of a file, the name of an environment variable, the spelling of an option, or `default`."""
    line: int | None = None
    """In a file, from 1."""
    configuration: str | None = None
    """The named configuration that the value belongs to."""

    def __str__(self) -> str:
        where = self.place if self.line is None else f"{self.place}:{self.line}"
        return where if self.configuration is None else f"{where} (configuration {self.configuration})"

    @property
    def point(self) -> str:
        """File and line alone, as errors begin."""
        return self.place if self.line is None else f"{self.place}:{self.line}"

    @property
    def directory(self) -> str:
        """The directory of a file; empty for any other place."""
        return self.place.rpartition("/")[0] or "/" if self.place.startswith("/") else ""

    @property
    def is_option(self) -> bool:
        """Whether it was given on the command line."""
        return self.place.startswith("-")

    def at(self, line: int) -> Origin:
        """Another line of the same place."""
        return Origin(self.place, line, self.configuration)


DEFAULT = Origin("default")


class Value(NamedTuple, Generic[T]):
    """Something that was given, and where."""

    content: T
    origin: Origin
