"""HTML tables of images and results for notebooks, built from plain values."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_STYLE = "text-align:left;vertical-align:top"
_LOG_LINES = 10
LOG_BYTES = 4096
"""The maximum size in bytes of the log's end that is shown; a single line may be as long as the whole log."""
_NO_TEXT = "\ufffd"
"""The replacement character of a character that was cut in the middle."""


def image_rows(*, tags: Sequence[str], image_id: str, out: str, record: Mapping[str, Any]) -> dict[str, str]:
    """Return the rows that describe an image, without empty ones."""
    code = record.get("image") or {}
    rows = {
        "tags": "\n".join(tags),
        "id": image_id,
        "code": str(code.get("ref", "")),
        "inputs": "\n".join(f"{item['ref']} at {item['dest']}" for item in record.get("inputs", ())),
        "command": " ".join(record.get("command") or ()),
        "out": out,
        "time": " to ".join(str(record[name]) for name in ("started", "finished") if name in record),
    }
    return {name: value for name, value in rows.items() if value}


def end_of_log(log: bytes) -> str:
    """Return the last 10 lines of a log; `log` is its end, up to `LOG_BYTES` + 1 bytes."""
    text = log[-LOG_BYTES:].decode(errors="replace")
    if len(log) > LOG_BYTES:
        text = f"…{text.lstrip(_NO_TEXT)}"
    return "\n".join(text.splitlines()[-_LOG_LINES:])


def html_table(rows: Mapping[str, str]) -> str:
    """Return an HTML table with a name and a value in each row."""
    lines = (
        f'<tr><th style="{_STYLE}">{escape(name)}</th><td style="{_STYLE}"><pre>{escape(value)}</pre></td></tr>'
        for name, value in rows.items()
    )
    return f"<table>{''.join(lines)}</table>"
