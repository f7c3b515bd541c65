"""A layer that knows what is in each of its directories, so that nobody has to look through all of its paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jobber.adapters.fake.filesystem.node import Node


class IndexedLayer(dict[str, "Node | None"]):
    """Nodes by path. What changes one path keeps the index; what may change many lets it be made again."""

    def __init__(self, nodes: Mapping[str, Node | None] | None = None) -> None:
        super().__init__(nodes or {})
        self._names: dict[str, dict[str, None]] | None = None

    def names_in(self, directory: str) -> Iterable[str]:
        """The names of all that is directly in a directory, which for the root is an empty path.

        What the layer takes away is among them, and so are directories that only hold something.
        """
        if self._names is None:
            self._names = {}
            for path in self:
                self._enter(path)
        return self._names.get(directory, ())

    def __setitem__(self, path: str, node: Node | None) -> None:
        super().__setitem__(path, node)
        self._enter(path)

    def __delitem__(self, path: str) -> None:
        super().__delitem__(path)
        self._strike(path)

    def pop(self, path: str, *default: object) -> Node | None:
        """Take a path away."""
        node: Node | None = super().pop(path, *default)
        self._strike(path)
        return node

    def popitem(self) -> tuple[str, Node | None]:
        """Take the last path away."""
        self._names = None
        return super().popitem()

    def clear(self) -> None:
        """Take all away."""
        self._names = None
        super().clear()

    def update(self, *others: object, **more: Node | None) -> None:
        """Put many."""
        self._names = None
        super().update(*others, **more)

    def __ior__(self, other: object) -> Self:  # type: ignore[override,misc]
        self.update(other)
        return self

    def setdefault(self, path: str, default: Node | None = None) -> Node | None:
        """Put something where nothing is."""
        self._names = None
        return super().setdefault(path, default)

    def _enter(self, path: str) -> None:
        """Let all directories above a path know of it."""
        if self._names is None:
            return
        parent, _, name = path.rpartition("/")
        while name and name not in self._names.setdefault(parent, {}):
            self._names[parent][name] = None
            parent, _, name = parent.rpartition("/")

    def _strike(self, path: str) -> None:
        """Let the directories above forget a path, and those that held nothing else."""
        while path and self._names is not None and path not in self and not self._names.get(path):
            parent, _, name = path.rpartition("/")
            self._names.get(parent, {}).pop(name, None)
            path = parent


def indexed(layer: Mapping[str, Node | None]) -> IndexedLayer:
    """The layer itself where it is indexed, else an indexed copy."""
    return layer if isinstance(layer, IndexedLayer) else IndexedLayer(layer)
