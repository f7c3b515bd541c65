"""The input and output of the option readers: the caller's context, and the values read so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jobber.domain.errors import InvalidOption
from jobber.domain.files.paths import normal_path
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def no_files(path: str) -> bytes:
    """Raise `FileNotFoundError`; this is a file reader without files."""
    raise FileNotFoundError(2, "No such file or directory", path)


@frozen
class CallerContext:
    """The context of the options: the caller's variables, directory and files."""

    environment: Mapping[str, str]
    directory: str
    read_file: Callable[[str], bytes] = no_files
    """The function that reads a file. Raises `OSError`."""

    def expanded(self, path: str) -> str:
        """Return a path with `~` replaced by the home directory, as a shell does before docker receives the path."""
        is_home = path == "~" or path.startswith("~/")
        return normal_path(self.environment.get("HOME", "/") + path[1:]) if is_home else path


@dataclass(slots=True)
class PartialOptions:
    """The fields of `ContainerOptions` read so far, and intermediate results of several related options."""

    caller: CallerContext
    fields: dict[str, Any] = field(default_factory=dict)
    env_files: list[tuple[str, str | None]] = field(default_factory=list)
    label_files: list[tuple[str, str]] = field(default_factory=list)

    def append(self, name: str, *values: object) -> None:
        """Append to a field that is a tuple."""
        self.fields[name] = (*self.fields.get(name, ()), *values)

    def put(self, name: str, key: str, value: object) -> None:
        """Set a key in a field that is a tuple of pairs; an existing key keeps its position."""
        self.fields[name] = tuple({**dict(self.fields.get(name, ())), key: value}.items())


class OptionReader:
    """One option with its value, and the draft that its reader adds to."""

    __slots__ = ("draft", "option", "value")

    def __init__(self, option: str, value: str, draft: PartialOptions) -> None:
        self.option = option
        self.value = value
        self.draft = draft

    def wrong(self, why: str, *, hint: str | None = None) -> InvalidOption:
        """Return an error that names the option."""
        return InvalidOption(self.option, why=why, hint=hint)
