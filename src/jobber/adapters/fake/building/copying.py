"""COPY and ADD on the fake: sources in the build context, a stage or an image, and their destinations."""

from __future__ import annotations

import fnmatch
import io
import os
import posixpath
import re
import stat
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jobber.adapters.build_context import (
    DOCKER_IGNORE_FILES,
    PODMAN_IGNORE_FILES,
    check_link,
    linked_files,
    read_build_files,
)
from jobber.adapters.fake.filesystem.files import Files
from jobber.adapters.fake.filesystem.node import Layer, Node
from jobber.domain.files.paths import normal_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobber.adapters.build_context import Ignore
    from jobber.adapters.fake.flavour import Flavour

_WILDCARDS = frozenset("*?[\\")
_OCTAL = re.compile(r"[0-7]{3,4}")


def read_context(root: Path, dockerfile: Path, *, flavour: Flavour) -> Files:
    """Return the files of the build context without the ignored ones; links do not lead to files outside it.

    Raises `OSError`. Raises `BuildFailed` for a link that points outside and that the engine rejects.
    """
    files = read_build_files(root, dockerfile, DOCKER_IGNORE_FILES if flavour.is_docker else PODMAN_IGNORE_FILES)
    nodes: Layer = dict(_nodes(root, "", files.ignore))
    if not flavour.takes_links_out:
        sent = {f"/{name}": Node(content=content) for name, content in linked_files(root, dockerfile, files).items()}
        nodes.update(sent)
        for path, node in nodes.items():
            if node and node.kind == "link":
                check_link(f"{root}{path}", path[1:], node.target)
    return Files((nodes,))


def _nodes(root: Path, folder: str, ignore: Ignore) -> Iterator[tuple[str, Node]]:
    for entry in sorted(os.scandir(root / folder), key=lambda entry: entry.name):
        name = posixpath.join(folder, entry.name)
        is_directory, is_ignored = entry.is_dir(follow_symlinks=False), ignore.ignores(name)
        if is_directory and (not is_ignored or ignore.may_except_below(name)):
            yield from _nodes(root, name, ignore)
        if is_ignored:
            continue
        mode = entry.stat(follow_symlinks=False).st_mode
        if is_directory:
            yield f"/{name}", Node(kind="directory", mode=mode & 0o7777)
        elif stat.S_ISLNK(mode):
            yield f"/{name}", Node(kind="link", target=os.readlink(entry.path))  # noqa: PTH115 - Path would normalize it
        elif stat.S_ISREG(mode):
            yield f"/{name}", Node(content=Path(entry.path).read_bytes(), mode=mode & 0o7777)


def mode_of(text: str) -> int:
    """Return the value of `--chmod`. Raises `ValueError`."""
    if not _OCTAL.fullmatch(text):
        raise ValueError(f"--chmod={text}: the fake supports only numeric modes")
    return int(text, 8)


def copy(
    files: Files,
    words: list[str],
    *,
    origin: Files,
    workdir: str,
    mode: int | None = None,
    unpacks: bool = False,
    may_lack: bool = False,
) -> None:
    """Copy the sources (all words but the last) to the destination. Raises `ValueError`, `OSError`.

    With `may_lack`, missing sources are skipped.
    """
    if len(words) < 2:
        raise ValueError("a source and a destination are needed")
    *patterns, destination = words
    sources = [source for pattern in patterns for source in _sources(origin, pattern, may_lack=may_lack)]
    target = normal_path(posixpath.join(workdir, destination))
    into = destination.endswith(("/", "/.")) or destination == "." or files.is_directory(target)
    if len(sources) > 1 and not into:
        raise ValueError(f"{destination} is for more than one source, and must end with /")
    for source in sources:
        real = origin.resolve(source)
        node = origin.node(real)
        if origin.is_directory(real):
            _copy_directory(files, target, origin, real, mode)
        elif node is not None and unpacks and _is_archive(node.content):
            if mode is not None:
                raise ValueError(f"{source}: the fake does not change modes in an archive")
            _unpack(files, target, node.content)
        elif node is not None:
            _put(files, posixpath.join(target, posixpath.basename(source)) if into else target, node, mode)
        elif not may_lack:
            raise ValueError(f"{source}: no such file or directory")


def _sources(origin: Files, pattern: str, *, may_lack: bool) -> list[str]:
    """Return the paths that match a pattern; `..` does not lead out of the source's root."""
    path = normal_path(f"/{pattern}")
    if _WILDCARDS.isdisjoint(path):
        return [path]
    if "\\" in path or "**" in path:
        raise ValueError(f"{pattern}: the fake supports only *, ? and []")
    depth, is_meant = path.count("/"), re.compile(fnmatch.translate(path.replace("[^", "[!")))
    paths = set(origin.walk("/"))
    paths |= {above for found in paths for above in _parents(found)}
    found = sorted(each for each in paths if each.count("/") == depth and is_meant.match(each))
    if not found and not may_lack:
        raise ValueError(f"{pattern}: no such file or directory")
    return found


def _parents(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def _copy_directory(files: Files, target: str, origin: Files, real: str, mode: int | None) -> None:
    _put(files, target, Node(kind="directory", mode=0o755), mode)
    for path in sorted(origin.walk(real)):
        node = origin.node(path)
        assert node is not None  # walk() found it
        _put(files, normal_path(target + "/" + path.removeprefix(real.rstrip("/"))), node, mode)


def _put(files: Files, path: str, node: Node, mode: int | None) -> None:
    """Put a node at a path and create its parent directories. Raises `OSError` if other nodes are in the way."""
    above = posixpath.dirname(path)
    if not files.is_directory(above):
        files.make_directory(above)
    if node.kind == "directory":
        if files.is_directory(path):
            return
        if files.exists(path):
            raise NotADirectoryError(20, "Not a directory", path)
    elif files.is_directory(path):
        raise IsADirectoryError(21, "Is a directory", path)
    files.put(path, node if mode is None or node.kind == "link" else replace(node, mode=mode))


def _is_archive(content: bytes) -> bool:
    try:
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            return archive.next() is not None
    except (tarfile.TarError, EOFError):
        return False


def _unpack(files: Files, target: str, content: bytes) -> None:
    """Unpack an archive to a directory. Raises `ValueError` for a member type that the fake does not support."""
    _put(files, target, Node(kind="directory", mode=0o755), None)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive:
            path = normal_path(f"{target}/{normal_path(f'/{member.name}')}")
            if member.isdir():
                _put(files, path, Node(kind="directory", mode=member.mode), None)
            elif member.issym():
                _put(files, path, Node(kind="link", target=member.linkname), None)
            elif contents := archive.extractfile(member) if member.isreg() or member.islnk() else None:
                _put(files, path, Node(content=contents.read(), mode=member.mode), None)
            else:
                raise ValueError(f"{member.name}: the fake's files are files, links and directories")
