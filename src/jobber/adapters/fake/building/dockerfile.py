"""Parsing of Dockerfiles on the fake: flags and parser directives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobber.domain.errors import BuildFailed
from jobber.domain.images.dockerfile.instructions import parse_dockerfile as parse

if TYPE_CHECKING:
    from jobber.domain.images.dockerfile.instructions import Dockerfile

_FLAG = re.compile(r"--([\w-]+)(?:=(\S*))?(?:\s+|$)")


def parse_dockerfile(text: str) -> Dockerfile:
    """Parse a Dockerfile: remove comments and join continued lines. Raises `BuildFailed`."""
    found = parse(text)
    if found.wrong_escape is not None:
        number, written = found.wrong_escape
        raise BuildFailed(why=f"line {number}: escape can be \\ or `, not {written!r}")
    return found


def split_flags(rest: str, *, known: tuple[str, ...]) -> tuple[dict[str, str], str]:
    """Split the leading `--NAME=VALUE` flags from the rest of an instruction. Raises `ValueError` for unknown ones."""
    flags: dict[str, str] = {}
    while match := _FLAG.match(rest):
        if match[1] not in known:
            raise ValueError(f"the fake does not support --{match[1]} here")
        flags[match[1]] = match[2] or ""
        rest = rest[match.end() :]
    return flags, rest
