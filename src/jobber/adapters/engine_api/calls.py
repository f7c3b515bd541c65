"""What engines list: one question, with one kind of filter, about images, containers and volumes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jobber.adapters.failures import failed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobber.adapters.wire import Wire


def with_labels(labels: Mapping[str, str | None]) -> dict[str, Sequence[str]]:
    """The filter for what has all of these labels; None stands for any value."""
    words = [name if value is None else f"{name}={value}" for name, value in labels.items()]
    return {"label": words} if words else {}


def listed(wire: Wire, path: str, *, filters: Mapping[str, Sequence[str]], everything: bool | None = None) -> Any:
    """What an engine lists at a path; `everything` asks for what it would leave out. Raises `EngineFailed`."""
    with wire.call("GET", path, query={"all": everything, "filters": json.dumps(filters)}) as response:
        if not response.ok:
            raise failed(f"list {path.split('/')[1]}", response)
        return response.json() or ()
