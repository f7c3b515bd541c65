"""What COPY takes on the fake: from the directory that is built from, or from a stage of the build."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jobber.adapters.context import parse_ignore
from jobber.adapters.fake.files import Node
from jobber.domain.input import normal_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from jobber.adapters.fake.files import Files

_IGNORE_FILE = ".dockerignore"


class Context:
    """The directory that is built from, less what its `.dockerignore` leaves out."""

    def __init__(self, directory: str | PathLike[str]) -> None:
        self._directory = Path(directory)
        ignore_file = self._directory / _IGNORE_FILE
        text = ignore_file.read_text(encoding="utf-8") if ignore_file.exists() else ""
        self._ignore = parse_ignore(text)

    def find(self, source: str, *, into: bool) -> Iterator[tuple[str, Node]]:
        """What a pattern means, by path from where it is copied to; `into` a directory, a file keeps its name."""
        base = normal_path(source).lstrip("/")
        for path in sorted(self._directory.glob(base) if base not in ("", ".") else [self._directory]):
            if path.is_dir():
                yield from self._below(path)
            elif not self._ignores(path):
                yield (path.name if into else ""), _read(path)

    def _below(self, folder: Path) -> Iterator[tuple[str, Node]]:
        for path in sorted(folder.rglob("*")):
            if self._ignores(path):
                continue
            if path.is_symlink():
                yield path.relative_to(folder).as_posix(), Node(kind="link", target=str(path.readlink()))
            elif path.is_file():
                yield path.relative_to(folder).as_posix(), _read(path)

    def _ignores(self, path: Path) -> bool:
        return self._ignore.ignores(path.relative_to(self._directory).as_posix())


def find_in_stage(files: Files, source: str) -> Iterator[tuple[str, Node]]:
    """What is at a path of a stage, and below it, by path from there."""
    path = normal_path(source)
    node = files.node(path)
    if node is not None and node.kind != "directory":
        yield "", node
    for below in files.walk(path):
        inner = files.node(below)
        assert inner is not None  # it is what was found
        yield below.removeprefix(path).lstrip("/"), inner


def _read(path: Path) -> Node:
    return Node(content=path.read_bytes(), mode=path.stat().st_mode & 0o7777)
