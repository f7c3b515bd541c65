"""The difference between two texts, line by line, in the format of `diff -u`."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOOKED_AT = 8000
"""The number of bytes at the start of a file that decide whether it is text, as in git."""
_CONTEXT = 3
_UNFINISHED = b"\\ No newline at end of file\n"


def is_binary(content: bytes) -> bool:
    """Return whether a content is binary: it has a null byte in its first 8,000 bytes."""
    return b"\0" in content[:_LOOKED_AT]


def text_difference(a: bytes, b: bytes, *, name_a: str, name_b: str) -> bytes:
    """Return the difference of two texts; empty if there is none. Lines keep their bytes, whatever their encoding."""
    return b"".join(_lines(a, b, name_a, name_b))


def _lines(a: bytes, b: bytes, name_a: str, name_b: str) -> Iterator[bytes]:
    lines_a, lines_b = _split(a), _split(b)
    for number, line in enumerate(unified_diff(lines_a, lines_b, name_a, name_b, n=_CONTEXT)):
        content = line.encode(errors="surrogateescape")
        yield content
        if number > 1 and not content.endswith(b"\n"):
            yield b"\n" + _UNFINISHED


def _split(content: bytes) -> list[str]:
    """Split into lines at line feeds only."""
    text = content.decode(errors="surrogateescape")
    *lines, last = text.split("\n")
    return [*(f"{line}\n" for line in lines), *((last,) if last else ())]
