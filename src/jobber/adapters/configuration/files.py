"""Search for the configuration files that apply to a directory, and parsing of these files."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from jobber.domain.configuration.layer import Layer, read_layer
from jobber.domain.errors import ConfigurationInvalid, ConfigurationUnreadable, JobberError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAME = "jobber-config.yml"
_MISNAMED = (
    "jobber-config.yaml",
    "jobber-config.json",
    "jobber-config.toml",
    ".jobber-config.yml",
    ".jobber-config.yaml",
    "jobber_config.yml",
    "jobber_config.yaml",
)
"""Common wrong names of a configuration file; jobber does not read files with these names."""
_MISNAMED_IN_HOME = (*_MISNAMED, "config.yml", "config.yaml")
LARGEST = 4 << 20
"""Size limit of a configuration file in bytes. A larger file is not a configuration and would be slow to read."""


def find_files(environment: Mapping[str, str], *, directory: str, top: str = "/") -> tuple[str, ...]:
    """Return the existing configuration files, the shallowest first, none above `top`.

    Raises `ConfigurationUnreadable`.
    """
    deep = [path for path in upwards(directory, NAME, top=top) if _is_there(path)][::-1]
    home = os.path.join(_configuration_home(environment), "jobber", NAME)  # noqa: PTH118 (this runs at every start)
    return (home, *deep) if home not in deep and _is_there(home, must_be_known=False) else tuple(deep)


def misnamed_files(environment: Mapping[str, str], *, directory: str, top: str = "/") -> tuple[str, ...]:
    """Return files that look like a configuration file in a searched directory but have a wrong name."""
    home = os.path.join(_configuration_home(environment), "jobber")  # noqa: PTH118
    above = (os.path.dirname(path) for path in upwards(directory, NAME, top=top))  # noqa: PTH120
    places = {home: _MISNAMED_IN_HOME} | dict.fromkeys(above, _MISNAMED)
    paths = (os.path.join(place, name) for place, names in places.items() for name in names)  # noqa: PTH118
    return tuple(path for path in paths if _is_file(path))


def current_directory() -> str:
    """Return the current directory. Raises `JobberError` if that directory was removed."""
    try:
        return os.getcwd()  # noqa: PTH109 (pathlib takes longer to import than all else here)
    except OSError as error:
        raise JobberError(
            f"the current directory is unknown: {error.strerror}", hint="change to a directory that exists"
        ) from None


def read_files(paths: tuple[str, ...]) -> tuple[Layer, ...]:
    """Return the parsed content of the files. Raises the first error found in any of them."""
    layers = []
    for path in paths:
        layer, errors = check_file(path)
        if errors:
            raise errors[0]
        layers.append(layer)
    return tuple(layers)


def check_file(path: str) -> tuple[Layer, tuple[JobberError, ...]]:
    """Return the parsed content of a file and all errors in it."""
    from jobber.adapters.configuration.tree import read_tree

    errors: list[ConfigurationInvalid] = []
    try:
        layer = read_layer(read_tree(read_content(path), path=path), path=path, errors=errors)
    except JobberError as error:
        return Layer({}, {}), (error,)
    return layer, tuple(errors)


def _configuration_home(environment: Mapping[str, str]) -> str:
    """Return `$XDG_CONFIG_HOME` if it is an absolute path, else `~/.config`."""
    home = environment.get("XDG_CONFIG_HOME", "")
    if home.startswith("/"):
        return home
    own = environment.get("HOME") or os.path.expanduser("~")  # noqa: PTH111
    return os.path.join(own, ".config")  # noqa: PTH118


def upwards(directory: str, name: str, *, top: str) -> Iterator[str]:
    """Yield the paths of a name in a directory and in those above it, none above `top`."""
    while True:
        yield os.path.join(directory, name)  # noqa: PTH118
        above = os.path.dirname(directory)  # noqa: PTH120
        if directory in (top, above):
            return
        directory = above


def _is_there(path: str, *, must_be_known: bool = True) -> bool:
    """Return whether a path exists, whatever its type.

    A path that is not a file is reported later, when jobber reads it. If a parent directory is not accessible, the
    answer is unknown. For the home directory, which may be another user's (as with `sudo -u`), that counts as False.
    """
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        if isinstance(error, PermissionError) and not must_be_known:
            return False
        raise _unreadable(path, error) from None
    return True


def _is_file(path: str) -> bool:
    """Return whether a path is a regular file; False if it cannot be examined."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116
    except (OSError, ValueError):
        return False


def read_content(path: str) -> bytes:
    """Return the content of a file. Raises `ConfigurationUnreadable`."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116
            why = "it is a directory" if os.path.isdir(path) else "it is not a regular file"  # noqa: PTH112
            raise ConfigurationUnreadable(path, why=why, hint="rename it, or remove it")
        with open(path, "rb") as file:  # noqa: PTH123
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise _unreadable(path, error) from None
    if len(content) > LARGEST:
        raise ConfigurationUnreadable(path, why=f"it is larger than {LARGEST >> 20} MiB")
    return content


def _unreadable(path: str, error: OSError | ValueError) -> ConfigurationUnreadable:
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return ConfigurationUnreadable(path, why=why)
