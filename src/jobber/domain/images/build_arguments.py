"""Values of `--build-arg` that no instruction of a Dockerfile uses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
_PREDEFINED = frozenset((*_PROXIES, *(name.lower() for name in _PROXIES), "SOURCE_DATE_EPOCH"))
"""Names of build arguments that every Dockerfile has (Dockerfile reference, "Predefined ARGs")."""
_BUILDKITS = "BUILDKIT_"
_CONTINUED = re.compile(r"[\\`][ \t]*\r?\n(?:[ \t]*(?:#[^\n]*)?\n)*")
_DECLARATION = re.compile(r"^[ \t]*(?:ONBUILD[ \t]+)?ARG[ \t]+(.+)$", re.IGNORECASE | re.MULTILINE)
_NAME = re.compile(r"(?<![^\s])(\w+)(?:=(?:\"(?:\\.|[^\"\\])*\"|'[^']*'|\\.|[^\s\\\"'])*)?")


def unused_arguments(dockerfile: str, given: Iterable[str]) -> tuple[str, ...]:
    """Return the names in `given` that the Dockerfile does not declare, sorted.

    Names that every build has, such as `HTTP_PROXY`, are not included.
    """
    lines = _CONTINUED.sub(" ", dockerfile)
    declared = {name for rest in _DECLARATION.findall(lines) for name in _NAME.findall(rest)}
    unused = (name for name in given if name not in declared and name not in _PREDEFINED)
    return tuple(sorted(name for name in unused if not name.startswith(_BUILDKITS)))
