"""A layer with an index of its directories, which avoids searches through all paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jobber.adapters.fake.filesystem.node import Node


class IndexedLayer(dict[str, "Node | None"]):
    """A mapping of paths to nodes. Changing one path updates the index; bulk changes discard it."""

    def __init__(self, nodes: Mapping[str, Node | None] | None = None) -> None:
        super().__init__(nodes or {})
        self._names: dict[str, dict[str, None]] | None = None

    def names_in(self, directory: str) -> Iterable[str]:
        """Return the names of all entries of a directory; an empty path is the root.

        The names include paths that the layer removes, and directories without a node of their own.
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
        """Remove a path and return its node."""
        node: Node | None = super().pop(path, *default)
        self._strike(path)
        return node

    def popitem(self) -> tuple[str, Node | None]:
        """Remove the last path and return it with its node."""
        self._names = None
        return super().popitem()

    def clear(self) -> None:
        """Remove all paths."""
        self._names = None
        super().clear()

    def update(self, *others: object, **more: Node | None) -> None:
        """Set the nodes of several paths."""
        self._names = None
        super().update(*others, **more)

    def __ior__(self, other: object) -> Self:  # type: ignore[override,misc]
        self.update(other)
        return self

    def setdefault(self, path: str, default: Node | None = None) -> Node | None:
        """Set the node of a path that is not in the layer."""
        self._names = None
        return super().setdefault(path, default)

    def _enter(self, path: str) -> None:
        """Add a path to the index of all its parent directories."""
        if self._names is None:
            return
        parent, _, name = path.rpartition("/")
        while name and name not in self._names.setdefault(parent, {}):
            self._names[parent][name] = None
            parent, _, name = parent.rpartition("/")

    def _strike(self, path: str) -> None:
        """Remove a path from the index, and parent directories that have become empty."""
        while path and self._names is not None and path not in self and not self._names.get(path):
            parent, _, name = path.rpartition("/")
            self._names.get(parent, {}).pop(name, None)
            path = parent


def indexed(layer: Mapping[str, Node | None]) -> IndexedLayer:
    """Return the layer itself if it is indexed, else an indexed copy."""
    return layer if isinstance(layer, IndexedLayer) else IndexedLayer(layer)
