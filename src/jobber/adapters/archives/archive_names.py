"""Member names in archives of containers' files.

The names are Docker's, because Podman uses absolute names for files in a volume.
"""

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
"""The header in which an engine describes a path, even for a dangling link (Podman, with status 404)."""
_CURRENT = "."


def link_target(headers: Mapping[str, str]) -> str | None:
    """Return the target of the link at a path, with all links followed; None if there is no link."""
    described = headers.get(_DESCRIBED, "")
    target: str | None = json.loads(base64.b64decode(described)).get("linkTarget") if described else None
    return target or None


def named_archive(pieces: Iterator[bytes], *, path: str, target: str | None = None) -> Iterator[bytes]:
    """Return an archive whose first member has the last name of the path, or of the link's target.

    The pieces are passed on unchanged if the name is already right. The names in an archive of an image's root are not
    changed.
    """
    if normal_path(path) == "/":
        return pieces
    name = normal_path(target or path).rpartition("/")[2] or _CURRENT
    head = b""
    while len(head) < tarfile.BLOCKSIZE and (piece := next(pieces, b"")):
        head += piece
    whole = chain((head,), pieces)
    return whole if _first_name(head) == name else _renamed(whole, name)


def _first_name(head: bytes) -> str | None:
    """Return the name of the first member; None if the name does not fit in a plain header."""
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
