"""Tar archives of the fake's files, with member names as from real engines."""

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
    except OSError:  # circular links
        raise PathNotFound(of, path=path) from None
    if files.exists(real):
        return real
    node = files.node(path)
    raise PathNotFound(of, path=path, target=real if node is not None and node.kind == "link" else None)


def archive_of(files: Files, path: str, *, name: str) -> bytes:
    """Return a file, or a directory with its content, as an archive whose first member is `name`."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        if not files.is_directory(path):
            _add(archive, files.node(path), name=name)
        else:
            _add(archive, None, name=name or "/")
            for inner in _with_parents(files, path.rstrip("/")):
                _add(archive, files.node(inner), name=name + inner.removeprefix(path.rstrip("/")))
    return content.getvalue()


def _with_parents(files: Files, directory: str) -> list[str]:
    """Return all paths below a directory, including directories without a node of their own."""
    paths: set[str] = set()
    for path in files.walk(directory or "/"):
        above = path
        while above != directory and above not in paths:
            paths.add(above)
            above = above.rpartition("/")[0]
    return sorted(paths)


def _add(archive: tarfile.TarFile, node: Node | None, *, name: str) -> None:
    """Add a member; None is a directory without a node of its own."""
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
