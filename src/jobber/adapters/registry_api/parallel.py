"""Calls in a bounded number of threads."""

from __future__ import annotations

from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def map_in_threads(function: Callable[[_Item], _Result], items: Sequence[_Item], *, threads: int) -> Iterator[_Result]:
    """Yield the results of a function for all items, in their order. Raises what the function raises.

    A caller that stops earlier does not wait for calls that are in progress.
    """
    outcomes: list[SimpleQueue[tuple[Any, BaseException | None]]] = [SimpleQueue() for _ in items]
    waiting: SimpleQueue[tuple[_Item, SimpleQueue[tuple[Any, BaseException | None]]]] = SimpleQueue()
    for pair in zip(items, outcomes, strict=True):
        waiting.put(pair)

    def work() -> None:
        with suppress(Empty):
            while True:
                item, outcome = waiting.get_nowait()
                try:
                    outcome.put((function(item), None))
                except BaseException as error:
                    outcome.put((None, error))

    for _ in range(min(threads, len(items))):
        Thread(target=work, daemon=True).start()
    try:
        for outcome in outcomes:
            result, error = outcome.get()
            if error is not None:
                raise error
            yield result
    finally:
        with suppress(Empty):
            while True:
                waiting.get_nowait()
