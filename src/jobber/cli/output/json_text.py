"""Values as JSON on stdout, names of files that are no UTF-8 among them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

import json


def as_json(value: object, *, indent: int | None = 2) -> str:
    """A value as a person reads JSON; in one line without an indentation."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode()
    except UnicodeEncodeError:  # such a name has halves of characters in it, which only escapes can say
        return json.dumps(value, indent=indent)
    return text


def array_of_lines(things: Iterable[object]) -> str:
    """One JSON array; indentation in full would take Python ten times as long."""
    lines = ",\n".join(map(partial(as_json, indent=None), things))
    return f"[\n{lines}\n]" if lines else "[]"
