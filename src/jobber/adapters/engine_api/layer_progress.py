"""Where a pull or a push stands, layer by layer, in a line that says something new each time."""

from __future__ import annotations

from typing import Any

_LARGE = 1 << 30
_DONE = ("Pull complete", "Pushed", "Layer already exists", "Already exists", "Mounted from")
_NO_LAYER = ("Pulling from", "Pulling repository")


class LayerProgress:
    """What the events of one pull or push have told so far."""

    def __init__(self, action: str) -> None:
        """Start with no layer known; `action` says what is done to which image."""
        self._action = action
        self._done: dict[str, bool] = {}
        self._last = ""

    def tell(self, event: dict[str, Any]) -> str | None:
        """The line for an event; None where it tells nothing that the last one did not."""
        layer, status = str(event.get("id") or ""), str(event.get("status") or "").strip()
        if layer and not status.startswith(_NO_LAYER):
            self._done[layer] = status.startswith(_DONE)
        words = [self._action]
        if self._done:
            words.append(f"{sum(self._done.values())}/{len(self._done)} layers")
        words += [word for word in (layer[:12], status, _share(event.get("progressDetail"))) if word]
        line = " ".join(words)
        if line == self._last or not status:
            return None
        self._last = line
        return line


def _share(detail: Any) -> str:
    """How much of a layer has gone over: in steps of 10 %, of large ones 1 %."""
    if not isinstance(detail, dict):
        return ""
    current, total = detail.get("current"), detail.get("total")
    if not isinstance(current, int) or not isinstance(total, int) or total <= 0:
        return ""
    step = 1 if total >= _LARGE else 10
    return f"{min(100, current * 100 // total) // step * step}%"
