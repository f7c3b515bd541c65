"""The origin of a value, for errors and `jobber config --origins`."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Origin(NamedTuple):
    """The place where a value is set."""

    place: str
    """The path of a file, the name of an environment variable, the spelling of an option, or `default`."""
    line: int | None = None
    """The line in the file, from 1."""
    configuration: str | None = None
    """The named configuration that contains the value."""

    def __str__(self) -> str:
        where = self.place if self.line is None else f"{self.place}:{self.line}"
        return where if self.configuration is None else f"{where} (configuration {self.configuration})"

    @property
    def point(self) -> str:
        """The file and line only, for the start of an error."""
        return self.place if self.line is None else f"{self.place}:{self.line}"

    @property
    def directory(self) -> str:
        """The directory of the file; empty for any other place."""
        return self.place.rpartition("/")[0] or "/" if self.place.startswith("/") else ""

    @property
    def is_option(self) -> bool:
        """True if the value was given on the command line."""
        return self.place.startswith("-")

    def at(self, line: int) -> Origin:
        """Return the origin with another line of the same place."""
        return Origin(self.place, line, self.configuration)


DEFAULT = Origin("default")


class Value(NamedTuple, Generic[T]):
    """A value with its origin."""

    content: T
    origin: Origin
