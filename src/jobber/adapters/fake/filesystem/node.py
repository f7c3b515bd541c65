"""Nodes and layers of an in-memory file system."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


_PLAIN_MODE = 0o644


_PROGRAM_MODE = 0o755


class ReadOnly(OSError):
    """The error of a write to a read-only file system."""

    def __init__(self, path: str) -> None:
        super().__init__(30, "Read-only file system", path)


@frozen
class Node:
    """A file, a link or a directory."""

    kind: str = "file"
    """Kind of the node: `file`, `link` or `directory`."""
    content: bytes = b""
    target: str = ""
    mode: int = _PLAIN_MODE
    program: Callable[..., int | None] | None = None
    """Function that runs when the file is executed; the caller defines its arguments."""

    def fingerprint(self) -> list[object]:
        """Return the values that distinguish the node from others in a layer's digest."""
        program = None if self.program is None else id(self.program)  # two lambdas may have the same name
        return [self.kind, sha256(self.content).hexdigest(), self.target, self.mode, program]


Layer = dict[str, Node | None]
"""Nodes by path; None for a path that the layer removes."""


def file_node(content: bytes | str, *, program: Callable[..., int | None] | None = None) -> Node:
    """Return a file node. Raises `TypeError` if the content is neither bytes nor str."""
    if not isinstance(content, (str, bytes, bytearray, memoryview)):
        raise TypeError(f"a file holds bytes or a str, not {type(content).__name__}")
    content = content.encode() if isinstance(content, str) else bytes(content)
    return Node(content=content, program=program, mode=_PROGRAM_MODE if program else _PLAIN_MODE)


def layer_digest(layer: Mapping[str, Node | None]) -> str:
    """Return the digest of a layer's content."""
    described = {path: None if node is None else node.fingerprint() for path, node in sorted(layer.items())}
    return "sha256:" + sha256(json.dumps(described).encode()).hexdigest()
