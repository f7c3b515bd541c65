"""JSON arrays of thousands of things: each in a line of its own, for whoever reads lines, and written fast."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from jobber.cli.output.json_text import as_json

if TYPE_CHECKING:
    from collections.abc import Iterable


def array_of_lines(things: Iterable[object]) -> str:
    """One JSON array; indentation in full would take Python ten times as long."""
    lines = ",\n".join(map(partial(as_json, indent=None), things))
    return f"[\n{lines}\n]" if lines else "[]"
