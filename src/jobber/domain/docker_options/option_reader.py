"""What the readers of options work with: what the caller has, and the values that were read so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jobber.domain.errors import InvalidOption
from jobber.domain.files.paths import normal_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def no_files(path: str) -> bytes:
    """A reader of files where there are none."""
    raise FileNotFoundError(2, "No such file or directory", path)


@dataclass(frozen=True, slots=True)
class CallerContext:
    """Where the options were written: variables, directory, and the content of files."""

    environment: Mapping[str, str]
    directory: str
    read_file: Callable[[str], bytes] = no_files
    """Raises `OSError`."""

    def expanded(self, path: str) -> str:
        """A path with the home in the place of `~`: a shell has done so before docker sees it."""
        is_home = path == "~" or path.startswith("~/")
        return normal_path(self.environment.get("HOME", "/") + path[1:]) if is_home else path


@dataclass(slots=True)
class PartialOptions:
    """The fields of `ContainerOptions` as far as they have been read, and what becomes of several options together."""

    caller: CallerContext
    fields: dict[str, Any] = field(default_factory=dict)
    env_files: list[tuple[str, str | None]] = field(default_factory=list)
    label_files: list[tuple[str, str]] = field(default_factory=list)

    def append(self, name: str, *values: object) -> None:
        """Add to a field that is a tuple."""
        self.fields[name] = (*self.fields.get(name, ()), *values)

    def put(self, name: str, key: str, value: object) -> None:
        """Set a key in a field that is a tuple of pairs, in the place where the key came first."""
        self.fields[name] = tuple({**dict(self.fields.get(name, ())), key: value}.items())


class OptionReader:
    """One option, with what its reader needs."""

    __slots__ = ("draft", "option", "value")

    def __init__(self, option: str, value: str, draft: PartialOptions) -> None:
        self.option = option
        self.value = value
        self.draft = draft

    def wrong(self, why: str, *, hint: str | None = None) -> InvalidOption:
        """The error that names the option."""
        return InvalidOption(self.option, why=why, hint=hint)
