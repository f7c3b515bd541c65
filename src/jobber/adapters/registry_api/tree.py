"""The combined file system of layers, read from the top; jobber fetches a layer only if needed."""

from __future__ import annotations

import posixpath
import tarfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobber.domain.files.paths import normal_path
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from jobber.adapters.registry_api.layer import Entry, Layer

_MOST_LINKS = 40


@frozen
class Found:
    """An entry found at a path, and its layer."""

    path: str
    """Path without surrounding slashes; empty for the root."""
    layer: int
    """Number of the layer, counted from the top."""
    entry: Entry | None
    """The layer's entry; None for a directory without its own entry, including such a root."""

    @property
    def is_directory(self) -> bool:
        """True if the entry is a directory."""
        return self.entry is None or self.entry.is_directory


@dataclass(slots=True)
class Tree:
    """The layers, top first; `fetch` downloads each on first access."""

    count: int
    fetch: Callable[[int], Layer]
    fetched: list[Layer] = field(default_factory=list)

    def layers(self) -> Iterator[tuple[int, Layer]]:
        """Yield all layers from the top; fetch each only when it is reached."""
        for number in range(self.count):
            if number == len(self.fetched):
                self.fetched.append(self.fetch(number))
            yield number, self.fetched[number]

    def find(self, path: str) -> Found | None:
        """Return the entry at a path, with all links followed; None without an entry, or for circular links."""
        done, todo = "", _parts(path)
        links = 0
        while todo:
            part = todo.pop(0)
            if part == "..":
                done = done.rpartition("/")[0]
                continue
            here = self._at(f"{done}/{part}".lstrip("/"))
            if here is None:
                return None
            if here.entry is not None and here.entry.kind == tarfile.SYMTYPE:
                links += 1
                if links > _MOST_LINKS:
                    return None
                done = "" if here.entry.target.startswith("/") else done
                todo = [*_parts(here.entry.target), *todo]
            elif todo and not here.is_directory:
                return None
            else:
                done = here.path
        return self._at(done) if done else Found("", 0, self._root())

    def link_at(self, path: str) -> str | None:
        """Return the target of the link at a path, as an absolute path; None if there is no link."""
        above, _, name = normal_path(path).rpartition("/")
        parent = self.find(above)
        link = self._at(f"{parent.path}/{name}".lstrip("/")) if parent is not None else None
        if parent is None or link is None or link.entry is None or link.entry.kind != tarfile.SYMTYPE:
            return None
        return normal_path(posixpath.join("/", parent.path, link.entry.target))

    def below(self, directory: str) -> Iterator[Found]:
        """Yield all entries below a directory, in no particular order."""
        start = f"{directory}/" if directory else ""
        seen: set[str] = set()
        hidden: set[str] = set()
        """Paths that lower layers cannot show, together with all paths below them."""
        closed: set[str] = set()
        """Directories whose content in lower layers is hidden, but not the directories themselves."""
        for number, layer in self.layers():
            replaced = set()
            for path, entry in layer.entries.items():
                if not path.startswith(start) or path == directory:
                    continue
                if path not in seen and not _is_hidden(path, hidden, closed):
                    seen.add(path)
                    yield Found(path, number, entry)
                    if not entry.is_directory:
                        replaced.add(path)
            hidden |= replaced | layer.gone
            closed |= layer.opaque
            if _is_hidden(f"{start}.", hidden, closed):
                return

    def source_of(self, found: Found) -> Found | None:
        """Return the entry with the content of a hard link; None if the target does not exist."""
        for _ in range(_MOST_LINKS):
            if found.entry is None or found.entry.kind != tarfile.LNKTYPE:
                return found
            target = found.entry.target
            for number, layer in self.layers():
                entry = layer.entries.get(target)
                if number >= found.layer and entry is not None:
                    found = Found(target, number, entry)
                    break
            else:
                return None
        return None

    def _root(self) -> Entry | None:
        return next((layer.entries[""] for _, layer in self.layers() if "" in layer.entries), None)

    def _at(self, path: str) -> Found | None:
        """Return the entry at a path, without following links."""
        above = _above(path)
        for number, layer in self.layers():
            entry = layer.entries.get(path)
            if entry is not None:
                return Found(path, number, entry)
            if _holds(layer, path):
                return Found(path, number, None)
            if path in layer.gone or any(directory in layer.gone or directory in layer.opaque for directory in above):
                return None
            if any((there := layer.entries.get(directory)) and not there.is_directory for directory in above):
                return None
        return None


def _holds(layer: Layer, directory: str) -> bool:
    """Return whether a layer contains paths below a directory that has no entry of its own."""
    return any(path.startswith(f"{directory}/") for path in layer.entries)


def _above(path: str) -> Sequence[str]:
    """Return all directories above a path, including the root."""
    parts = path.split("/")
    return ["/".join(parts[:length]) for length in range(len(parts))]


def _is_hidden(path: str, hidden: set[str], closed: set[str]) -> bool:
    if path in hidden:
        return True
    return any((directory and directory in hidden) or directory in closed for directory in _above(path))


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in ("", ".")]
