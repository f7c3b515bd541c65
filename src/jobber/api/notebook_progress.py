"""Progress of a call, shown in a notebook."""

from __future__ import annotations

import sys
from html import escape
from typing import TYPE_CHECKING, Protocol

from jobber.session.messages import sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Handle(Protocol):
    """The handle of a displayed object that can be replaced."""

    def update(self, shown: Html) -> object:
        """Replace the displayed object."""


class Html:
    """Text that a notebook shows as HTML."""

    def __init__(self, text: str) -> None:
        self._text = text

    def _repr_html_(self) -> str:
        return self._text


def notebook_display() -> Callable[[Html], Handle] | None:
    """Return the display function of the notebook that this process serves; None outside a notebook."""
    display = getattr(sys.modules.get("IPython.display"), "display", None)
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if display is None or not hasattr(shell, "kernel"):
        return None

    def show(html: Html) -> Handle:
        handle: Handle = display(html, display_id=True)
        return handle

    return show


class NotebookProgress:
    """A listener that shows notes as a list, followed by one line that the next step replaces."""

    def __init__(self, display: Callable[[Html], Handle]) -> None:
        self._display = display
        self._handle: Handle | None = None
        self._notes: list[str] = []

    def note(self, event: str, /, **facts: object) -> None:
        """Add a line."""
        self._notes += map(escape, (sentence(event, facts), *_hints(facts)))
        self._show("")

    def warn(self, event: str, /, **facts: object) -> None:
        """Add a line marked as a warning."""
        self._notes += (f"<b>warning:</b> {escape(sentence(event, facts))}", *map(escape, _hints(facts)))
        self._show("")

    def call(self, event: str, /, **facts: object) -> None:
        """Ignore calls to the engine: a notebook does not show them."""

    def step(self, text: str, /) -> None:
        """Replace the last line."""
        self._show(f"<i>{escape(text)}</i>")

    def build_output(self, chunk: bytes, /) -> None:
        """Ignore the output of a build: if the build fails, the error contains it."""

    def clear(self) -> None:
        """Do nothing: the job's output is written elsewhere."""

    def _show(self, step: str) -> None:
        html = Html("<br>".join(filter(None, (*self._notes, step))))
        if self._handle is None:
            self._handle = self._display(html)
        else:
            self._handle.update(html)


def _hints(facts: Mapping[str, object]) -> tuple[str, ...]:
    return (f"hint: {facts['hint']}",) if "hint" in facts else ()
