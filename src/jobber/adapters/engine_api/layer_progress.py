"""The progress of a pull or a push, layer by layer, in lines that each contain something new."""

from __future__ import annotations

from typing import Any

_LARGE = 1 << 30
_DONE = ("Pull complete", "Pushed", "Layer already exists", "Already exists", "Mounted from")
_NO_LAYER = ("Pulling from", "Pulling repository")


class LayerProgress:
    """The state of the layers from the events of one pull or push."""

    def __init__(self, action: str) -> None:
        """Start without known layers; `action` is the operation and its image."""
        self._action = action
        self._done: dict[str, bool] = {}
        self._last = ""

    def tell(self, event: dict[str, Any]) -> str | None:
        """Return the line for an event; None if it contains nothing new since the last line."""
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
    """Return the transferred share of a layer: in steps of 10 %, or 1 % for layers of 1 GiB or more."""
    if not isinstance(detail, dict):
        return ""
    current, total = detail.get("current"), detail.get("total")
    if not isinstance(current, int) or not isinstance(total, int) or total <= 0:
        return ""
    step = 1 if total >= _LARGE else 10
    return f"{min(100, current * 100 // total) // step * step}%"
