"""The names in archives of containers' files: Docker's, for Podman has absolute ones where a volume is."""

from __future__ import annotations

import base64
import json
import tarfile
from itertools import chain
from typing import TYPE_CHECKING

from jobber.adapters.archives.tar_reader import members
from jobber.adapters.archives.tar_writer import END, repacked
from jobber.domain.files.paths import normal_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DESCRIBED = "x-docker-container-path-stat"
"""The header in which an engine describes what is at a path, also where a link leads nowhere (Podman, with 404)."""
_HERE = "."


def link_target(headers: Mapping[str, str]) -> str | None:
    """Return where the link at a path leads, with all links followed; None where there is no link."""
    described = headers.get(_DESCRIBED, "")
    target: str | None = json.loads(base64.b64decode(described)).get("linkTarget") if described else None
    return target or None


def named_archive(pieces: Iterator[bytes], *, path: str, target: str | None = None) -> Iterator[bytes]:
    """Return an archive whose first member has the last name of the path, or of the path that a link there leads to.

    The pieces come as they are where that is so already. The names of an image's root are left alone.
    """
    if normal_path(path) == "/":
        return pieces
    name = normal_path(target or path).rpartition("/")[2] or _HERE
    head = b""
    while len(head) < tarfile.BLOCKSIZE and (piece := next(pieces, b"")):
        head += piece
    whole = chain((head,), pieces)
    return whole if _first_name(head) == name else _renamed(whole, name)


def _first_name(head: bytes) -> str | None:
    """The name of the first member; None where it does not fit a plain header."""
    try:
        header = tarfile.TarInfo.frombuf(head[: tarfile.BLOCKSIZE], "utf-8", "surrogateescape")
    except tarfile.TarError:
        return None
    return header.name.rstrip("/") if header.type in tarfile.SUPPORTED_TYPES else None


def _renamed(pieces: Iterator[bytes], root: str) -> Iterator[bytes]:
    for member in members(pieces):
        header = member.header
        if header.islnk():
            header.linkname = f"{root}/{member.below(header.linkname)}"
        yield from repacked(header, member.chunks(), name=f"{root}/{member.path}".rstrip("/"))
    yield END
