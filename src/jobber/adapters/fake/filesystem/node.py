"""Nodes and layers of a file system in memory."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


_PLAIN_MODE = 0o644


_PROGRAM_MODE = 0o755


class ReadOnly(OSError):
    """A write to where nothing can be written."""

    def __init__(self, path: str) -> None:
        super().__init__(30, "Read-only file system", path)


@dataclass(frozen=True, slots=True)
class Node:
    """A file, a link or a directory."""

    kind: str = "file"
    """`file`, `link` or `directory`."""
    content: bytes = b""
    target: str = ""
    mode: int = _PLAIN_MODE
    program: Callable[..., int | None] | None = None
    """The function that runs when the file is executed; its arguments are the caller's business."""

    def fingerprint(self) -> list[object]:
        """What the content of a layer is told apart by."""
        program = None if self.program is None else id(self.program)  # two lambdas may have one name
        return [self.kind, sha256(self.content).hexdigest(), self.target, self.mode, program]


Layer = dict[str, Node | None]
"""Paths with what is there; None where the layer takes something away."""


def file_node(content: bytes | str, *, program: Callable[..., int | None] | None = None) -> Node:
    """A file. Raises `TypeError` for what is no content."""
    if not isinstance(content, (str, bytes, bytearray, memoryview)):
        raise TypeError(f"a file holds bytes or a str, not {type(content).__name__}")
    octets = content.encode() if isinstance(content, str) else bytes(content)
    return Node(content=octets, program=program, mode=_PROGRAM_MODE if program else _PLAIN_MODE)


def layer_digest(layer: Mapping[str, Node | None]) -> str:
    """The digest of a layer's content."""
    described = {path: None if node is None else node.fingerprint() for path, node in sorted(layer.items())}
    return "sha256:" + sha256(json.dumps(described).encode()).hexdigest()
