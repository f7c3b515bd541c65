"""Make local paths in the words of Xdocker absolute, so that they mean the same in any directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.docker_options.tokens import read_words
from jobber.domain.docker_options.values import read_fields, write_fields
from jobber.domain.errors import UsageError
from jobber.domain.files.paths import normal_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jobber.domain.docker_options.tokens import Spellings

_BUILT_IN = ("", "unconfined", "builtin")
"""Values of `seccomp` that are not file names."""


def with_absolute_paths(words: Sequence[str], spellings: Spellings, *, directory: str) -> tuple[str, ...]:
    """Return the same words, with relative paths put below a directory; words that cannot be parsed are unchanged."""
    kept: list[str] = []
    try:
        for word in read_words(words, spellings):
            if not word.words:
                continue
            rewrite = _REWRITES.get(word.option)
            last = f"{word.prefix}{rewrite(word.value, directory)}" if rewrite else word.words[-1]
            kept.extend((*word.words[:-1], last))
    except UsageError:
        pass  # the parser reports invalid words later
    return (*kept, *words[len(kept) :])


def file_below(directory: str, path: str) -> str:
    """Return the path of a file below a directory; absolute paths and paths in a home directory (`~`) are unchanged."""
    return path if path.startswith(("/", "~")) or not path else f"{directory}/{path.removeprefix('./')}"


def _volume(value: str, directory: str) -> str:
    source, colon, rest = value.partition(":")
    return f"{normal_path(f'{directory}/{source}')}:{rest}" if colon and source.startswith(".") else value


def _mount(value: str, directory: str) -> str:
    try:
        fields = read_fields(value)
    except ValueError:
        return value
    written = [_mount_field(field, directory) for field in fields]
    return value if written == fields else write_fields(written)


def _mount_field(field: str, directory: str) -> str:
    key, _, value = field.partition("=")
    is_relative = key.lower() in ("source", "src") and value.startswith(".")
    return f"{key}={normal_path(f'{directory}/{value}')}" if is_relative else field


def _file(value: str, directory: str) -> str:
    return file_below(directory, value)


def _security(value: str, directory: str) -> str:
    separator = "=" if "=" in value else ":"
    key, _, profile = value.partition(separator)
    if key != "seccomp" or profile in _BUILT_IN:
        return value
    return f"{key}{separator}{file_below(directory, profile)}"


_REWRITES: Mapping[str, Callable[[str, str], str]] = {
    "--volume": _volume,
    "--mount": _mount,
    "--env-file": _file,
    "--label-file": _file,
    "--security-opt": _security,
}
