"""Tar archives of the fake's files, named as engines name them."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

from jobber.domain.errors import PathNotFound

if TYPE_CHECKING:
    from jobber.adapters.fake.filesystem.files import Files
    from jobber.adapters.fake.filesystem.node import Node

_DIRECTORY_MODE = 0o755


def existing_path(files: Files, path: str, *, of: str) -> str:
    """Return the path with all links followed. Raises `PathNotFound`."""
    try:
        real = files.resolve(path)
    except OSError:  # links in a ring
        raise PathNotFound(of, path=path) from None
    if files.exists(real):
        return real
    node = files.node(path)
    raise PathNotFound(of, path=path, target=real if node is not None and node.kind == "link" else None)


def archive_of(files: Files, path: str, *, name: str) -> bytes:
    """A file, or a directory with all that is in it, as an archive whose first member is `name`."""
    octets = io.BytesIO()
    with tarfile.open(fileobj=octets, mode="w") as archive:
        if not files.is_directory(path):
            _add(archive, files.node(path), name=name)
        else:
            _add(archive, None, name=name or "/")
            for inner in _with_parents(files, path.rstrip("/")):
                _add(archive, files.node(inner), name=name + inner.removeprefix(path.rstrip("/")))
    return octets.getvalue()


def _with_parents(files: Files, directory: str) -> list[str]:
    """All paths below a directory, the directories that only hold something among them."""
    paths: set[str] = set()
    for path in files.walk(directory or "/"):
        above = path
        while above != directory and above not in paths:
            paths.add(above)
            above = above.rpartition("/")[0]
    return sorted(paths)


def _add(archive: tarfile.TarFile, node: Node | None, *, name: str) -> None:
    """Add a member; None is a directory that only holds something."""
    member = tarfile.TarInfo(name)
    if node is None or node.kind == "directory":
        member.type, member.mode = tarfile.DIRTYPE, _DIRECTORY_MODE
        archive.addfile(member)
    elif node.kind == "link":
        member.type, member.linkname = tarfile.SYMTYPE, node.target
        archive.addfile(member)
    else:
        member.size, member.mode = len(node.content), node.mode
        archive.addfile(member, io.BytesIO(node.content))
