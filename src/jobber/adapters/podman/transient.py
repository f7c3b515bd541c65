"""Errors that Podman reports for a moment, because another image is being removed or changed at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from jobber.adapters.engine_api.retry import retrying

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")

OF_REMOVED_IMAGES = ("nil pointer dereference", "locating image with ID")
"""Podman 4.3's errors for an image while that one, or one that it is compared with, is being removed."""
LOST_NAME = "a concurrent change to the image's names overwrote it"
"""jobber's message for a name that Podman before 4.8 loses: Podman reads all names of an image and writes them back."""


def while_removed(call: Callable[[], _T]) -> _T:
    """Return the result of a call about an image; retry it while Podman removes another one. Raises `EngineFailed`."""
    return retrying(call, sign=OF_REMOVED_IMAGES)
