"""The directory, environment and streams of a command called in this process.

During a call, `os.environ`, the current directory and `sys.stdin`, `sys.stdout` and `sys.stderr` of this process are
replaced, and restored afterwards. File descriptors and signal handlers are not changed.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class Streams:
    """The captured output of a command, in bytes."""

    def __init__(self) -> None:
        self.stdout = io.BytesIO()
        self.stderr = io.BytesIO()


@contextmanager
def in_place(directory: Path, *, environment: Mapping[str, str], streams: Streams) -> Iterator[None]:
    """Replace the current directory, environment and streams of this process inside the context."""
    before, there = dict(os.environ), os.open(".", os.O_RDONLY | os.O_DIRECTORY)
    kept = sys.stdin, sys.stdout, sys.stderr
    texts = [io.TextIOWrapper(stream, "utf-8", write_through=True) for stream in (streams.stdout, streams.stderr)]
    try:
        os.chdir(directory)
        _become(environment)
        sys.stdin, (sys.stdout, sys.stderr) = io.StringIO(), texts
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = kept
        _become(before)
        os.fchdir(there)
        os.close(there)
        for text in texts:
            text.detach()


def _become(environment: Mapping[str, str]) -> None:
    for name in [name for name in os.environ if name not in environment]:
        del os.environ[name]
    for name, value in environment.items():
        if os.environ.get(name) != value:
            os.environ[name] = value
