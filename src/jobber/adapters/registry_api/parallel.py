"""Calls in a bounded number of threads."""

from __future__ import annotations

from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def map_in_threads(function: Callable[[_Item], _Result], items: Sequence[_Item], *, threads: int) -> Iterator[_Result]:
    """Yield the results of a function for all items, in their order. Raises what the function raises.

    A caller that stops earlier does not wait for calls that are in progress.
    """
    waiting: SimpleQueue[int] = SimpleQueue()
    done: SimpleQueue[tuple[int, _Result | None, BaseException | None]] = SimpleQueue()
    for number in range(len(items)):
        waiting.put(number)

    def work() -> None:
        while True:
            try:
                number = waiting.get_nowait()
            except Empty:
                return
            try:
                done.put((number, function(items[number]), None))
            except BaseException as error:
                done.put((number, None, error))

    for _ in range(min(threads, len(items))):
        Thread(target=work, daemon=True).start()
    try:
        yield from _in_order(done, len(items))
    finally:
        while not waiting.empty():
            try:
                waiting.get_nowait()
            except Empty:
                break


def _in_order(done: SimpleQueue[tuple[int, _Result | None, BaseException | None]], count: int) -> Iterator[_Result]:
    early: dict[int, tuple[_Result | None, BaseException | None]] = {}
    for number in range(count):
        while number not in early:
            key, result, error = done.get()
            early[key] = (result, error)
        result, error = early.pop(number)
        if error is not None:
            raise error
        yield result  # type: ignore[misc]
