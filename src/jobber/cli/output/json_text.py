"""JSON output on stdout, including file names that are not UTF-8."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

import json


def as_json(value: object, *, indent: int | None = 2) -> str:
    """Return a value as indented JSON, or in one line if `indent` is None."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode()
    except UnicodeEncodeError:  # such a name contains surrogates, which only escapes can represent
        return json.dumps(value, indent=indent)
    return text


def array_of_lines(things: Iterable[object]) -> str:
    """Return one JSON array with one line per item; full indentation would take Python ten times as long."""
    lines = ",\n".join(map(partial(as_json, indent=None), things))
    return f"[\n{lines}\n]" if lines else "[]"
