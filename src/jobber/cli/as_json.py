"""Values as JSON on stdout, names of files that are no UTF-8 among them."""

from __future__ import annotations

import json


def as_json(value: object) -> str:
    """A value as a person reads JSON."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    try:
        text.encode()
    except UnicodeEncodeError:  # such a name has halves of characters in it, which only escapes can say
        return json.dumps(value, indent=2)
    return text
