"""What a notebook shows: a table of a result or an image, and a line of progress that changes in place."""

from __future__ import annotations

import sys
from html import escape
from typing import TYPE_CHECKING, Any, Protocol

from jobber.session.messages import sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jobber.api.images import Image
    from jobber.api.result import Result

_STYLE = "text-align:left;vertical-align:top"
_LOG_LINES = 10
_LOG_BYTES = 4096
"""A line may be as long as the whole log."""
_NO_TEXT = "\ufffd"
"""The rest of a character that was cut."""


class Handle(Protocol):
    """Something shown that can be replaced."""

    def update(self, shown: Html) -> object:
        """Show something else in its place."""


class Html:
    """A text that a notebook shows as HTML."""

    def __init__(self, text: str) -> None:
        self._text = text

    def _repr_html_(self) -> str:
        return self._text


def notebook_display() -> Callable[[Html], Handle] | None:
    """The way to show something in the notebook that this process works for; None where it is none."""
    display = getattr(sys.modules.get("IPython.display"), "display", None)
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if display is None or not hasattr(shell, "kernel"):
        return None

    def show(html: Html) -> Handle:
        handle: Handle = display(html, display_id=True)
        return handle

    return show


class NotebookProgress:
    """A listener that shows one line, which the next step replaces, and the notes below each other."""

    def __init__(self, display: Callable[[Html], Handle]) -> None:
        self._display = display
        self._handle: Handle | None = None
        self._notes: list[str] = []

    def note(self, event: str, /, **facts: object) -> None:
        """Add a line."""
        self._notes += map(escape, (sentence(event, facts), *_hints(facts)))
        self._show("")

    def warn(self, event: str, /, **facts: object) -> None:
        """Add a line that stands out."""
        self._notes += (f"<b>warning:</b> {escape(sentence(event, facts))}", *map(escape, _hints(facts)))
        self._show("")

    def call(self, event: str, /, **facts: object) -> None:
        """Calls to the engine are not shown."""

    def step(self, text: str, /) -> None:
        """Replace the line."""
        self._show(f"<i>{escape(text)}</i>")

    def build_output(self, chunk: bytes, /) -> None:
        """A build's output is told by its error, if it fails."""

    def clear(self) -> None:
        """Nothing: what the job says goes elsewhere."""

    def _show(self, step: str) -> None:
        html = Html("<br>".join(filter(None, (*self._notes, step))))
        if self._handle is None:
            self._handle = self._display(html)
        else:
            self._handle.update(html)


def _hints(facts: Mapping[str, object]) -> tuple[str, ...]:
    return (f"hint: {facts['hint']}",) if "hint" in facts else ()


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
