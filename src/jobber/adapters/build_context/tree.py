"""The files of a build context as a file tree, for the key of a build."""

from __future__ import annotations

import os
import stat
from hashlib import file_digest
from typing import TYPE_CHECKING

from jobber.adapters.build_context.archive import ContextArchive, unreadable
from jobber.adapters.build_context.files import DOCKER_IGNORE_FILES, read_build_files
from jobber.domain.files.file_tree import Entry, Kind
from jobber.domain.images.context_key import BuildContext

if TYPE_CHECKING:
    from pathlib import Path

    from jobber.adapters.build_context.ignore import Ignore
    from jobber.domain.files.file_tree import Tree

_MODE = 0o7777


def read_context(root: Path, dockerfile: Path, *, ignore_names: tuple[str, ...] = DOCKER_IGNORE_FILES) -> BuildContext:
    """Read the Dockerfile and the files that a builder receives.

    Every file is read: a cache of digests by size and time would be wrong for a file that was changed with its time
    kept. Raises `UsageError`, `BuildFailed`.
    """
    files = read_build_files(root, dockerfile, ignore_names)
    return BuildContext(files.text, context_tree(root, files.ignore))


def context_tree(root: Path, ignore: Ignore) -> Tree:
    """Return the files of a directory without the ignored ones. Raises `BuildFailed`."""
    tree: Tree = {}
    for name, path, status in ContextArchive(root, ignore).entries("", str(root)):
        mode = status.st_mode
        bits = mode & _MODE
        if stat.S_ISREG(mode):
            tree[name] = Entry(Kind.FILE, bits, status.st_size, _digest(path))
        elif stat.S_ISDIR(mode):
            tree[name] = Entry(Kind.DIRECTORY, bits)
        elif stat.S_ISLNK(mode):
            tree[name] = Entry(Kind.LINK, content=os.readlink(path))  # noqa: PTH115 - Path would normalize the target
        elif stat.S_ISFIFO(mode):
            tree[name] = Entry(Kind.SPECIAL, bits)
    return tree


def _digest(path: str) -> str:
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - as paths are strings here
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(path, error) from None
