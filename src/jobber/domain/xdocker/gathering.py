"""What an option's reader is given, and where it puts what it read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jobber.domain.errors import InvalidOption
from jobber.domain.options import ContainerOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Reading(NamedTuple):
    """One option and its value, and what may have to be looked up for it."""

    option: str
    value: str
    environment: Mapping[str, str]
    directory: str
    read: Callable[[str], str] | None

    def wrong(self, why: str, *, hint: str | None = None) -> InvalidOption:
        """Why the value can't be."""
        return InvalidOption(self.option, why=why, hint=hint)

    def absolute(self, path: str) -> str:
        """A path of the caller's machine."""
        return path if path.startswith("/") else f"{self.directory.rstrip('/')}/{path}"

    def file(self, path: str) -> str:
        """The text of a file of the caller's. Raises `InvalidOption`."""
        if self.read is None:
            raise self.wrong("files can't be read here")
        try:
            return self.read(self.absolute(path))
        except OSError as error:
            raise self.wrong(f"{path}: {error.strerror or error}") from None
        except ValueError:
            raise self.wrong(f"{path} is no text in UTF-8") from None


class Gathering:
    """The fields of `ContainerOptions` and `RareOptions` as they come together."""

    def __init__(self) -> None:
        self._fields: dict[str, Any] = {}
        self._seen: set[str] = set()

    def set(self, field: str, value: object) -> None:
        """Take the last of several, as docker does."""
        self._fields[field] = value

    def add(self, field: str, *values: object) -> None:
        """Take all of several, in their order."""
        self._fields[field] = (*self._fields.get(field, ()), *values)

    def put(self, field: str, key: object, value: object) -> None:
        """Take the last for each key, in the place of the first."""
        pairs = dict(self._fields.get(field, ()))
        pairs[key] = value
        self._fields[field] = tuple(pairs.items())

    def got(self, field: str) -> tuple[Any, ...]:
        """What was added until now."""
        found: tuple[Any, ...] = self._fields.get(field, ())
        return found

    def take(self, field: str) -> Any:
        """Remove a field, for something else to be made of it."""
        return self._fields.pop(field, None)

    def options(self) -> ContainerOptions:
        """Everything, as values."""
        common = {name: value for name, value in self._fields.items() if name in _COMMON}
        rare = {name: value for name, value in self._fields.items() if name not in _COMMON}
        if rare:
            from jobber.domain.rare_options import RareOptions

            common["rare"] = RareOptions(**rare)
        return ContainerOptions(**common)


_COMMON = frozenset(ContainerOptions.__slots__)
