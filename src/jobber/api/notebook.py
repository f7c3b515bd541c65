"""What a notebook shows: a table of a result or an image, and a line of progress that changes in place."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.api.images import Image
    from jobber.api.result import Result

_STYLE = "text-align:left;vertical-align:top"
_LOG_LINES = 10
_LOG_BYTES = 4096
"""A line may be as long as the whole log."""
_NO_TEXT = "\ufffd"
"""The rest of a character that was cut."""


def html_of_result(result: Result) -> str:
    """A table with what came of a run."""
    memory = ", out of memory" if result.out_of_memory else ""
    rows: dict[str, str] = {"outcome": f"{result.outcome} (exit status {result.exit_status}{memory})"}
    if result.image is None:
        rows["result image"] = "none"
    else:
        rows |= _image_rows(result.image)
    rows["log"] = _end_of_log(result)
    return _table(rows)


def _end_of_log(result: Result) -> str:
    end = result.said(last=_LOG_BYTES + 1)
    text = end[-_LOG_BYTES:].decode(errors="replace")
    if len(end) > _LOG_BYTES:
        text = f"…{text.lstrip(_NO_TEXT)}"
    return "\n".join(text.splitlines()[-_LOG_LINES:])


def html_of_image(image: Image) -> str:
    """A table with what an image says of itself."""
    return _table(_image_rows(image))


def _image_rows(image: Image) -> dict[str, str]:
    record = image.record or {}
    code = record.get("image") or {}
    rows = {
        "tags": "\n".join(image.tags),
        "id": image.id,
        "code": str(code.get("ref", "")),
        "inputs": "\n".join(f"{item['ref']} at {item['dest']}" for item in record.get("inputs", ())),
        "command": " ".join(record.get("command") or ()),
        "out": image.out,
        "time": " to ".join(str(record[name]) for name in ("started", "finished") if name in record),
    }
    return {name: value for name, value in rows.items() if value}


def _table(rows: Mapping[str, Any]) -> str:
    lines = (
        f'<tr><th style="{_STYLE}">{escape(name)}</th><td style="{_STYLE}"><pre>{escape(value)}</pre></td></tr>'
        for name, value in rows.items()
    )
    return f"<table>{''.join(lines)}</table>"
