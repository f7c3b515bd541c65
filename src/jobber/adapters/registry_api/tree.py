"""The file system that layers come to, looked at from the top: no layer is fetched that is not needed."""

from __future__ import annotations

import posixpath
import tarfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobber.domain.files.paths import normal_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from jobber.adapters.registry_api.layer import Entry, Layer

_MOST_LINKS = 40


@dataclass(frozen=True, slots=True)
class Found:
    """Something at a path, and the layer that it is in."""

    path: str
    """Without slashes around it; the root's is empty."""
    layer: int
    """Counted from the top."""
    entry: Entry | None
    """None for a directory that only holds something, and for a root that no layer describes."""

    @property
    def is_directory(self) -> bool:
        """Whether other things can lie in it."""
        return self.entry is None or self.entry.is_directory


@dataclass(slots=True)
class Tree:
    """Layers, top first; `fetch` brings each when it is first looked into."""

    count: int
    fetch: Callable[[int], Layer]
    fetched: list[Layer] = field(default_factory=list)

    def layers(self) -> Iterator[tuple[int, Layer]]:
        """All layers from the top, each fetched when its turn comes."""
        for number in range(self.count):
            if number == len(self.fetched):
                self.fetched.append(self.fetch(number))
            yield number, self.fetched[number]

    def find(self, path: str) -> Found | None:
        """What is at a path, links in its middle and at its end followed; None for nothing, or links in a ring."""
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
        """Return where a link at a path leads, as an absolute path; None where there is no link."""
        above, _, name = normal_path(path).rpartition("/")
        parent = self.find(above)
        link = self._at(f"{parent.path}/{name}".lstrip("/")) if parent is not None else None
        if parent is None or link is None or link.entry is None or link.entry.kind != tarfile.SYMTYPE:
            return None
        return normal_path(posixpath.join("/", parent.path, link.entry.target))

    def below(self, directory: str) -> Iterator[Found]:
        """All that is in a directory and further down, in no order that means anything."""
        start = f"{directory}/" if directory else ""
        seen: set[str] = set()
        hidden: set[str] = set()
        """Paths below which, and at which, lower layers show nothing."""
        closed: set[str] = set()
        """Directories of which lower layers show nothing more than themselves."""
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
        """Where the content of a hard link lies; None where it leads nowhere."""
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
        """What is at a path, no link followed."""
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
    """Whether a layer has something in a directory that it does not describe."""
    return any(path.startswith(f"{directory}/") for path in layer.entries)


def _above(path: str) -> Sequence[str]:
    """All directories above a path, the root included."""
    parts = path.split("/")
    return ["/".join(parts[:length]) for length in range(len(parts))]


def _is_hidden(path: str, hidden: set[str], closed: set[str]) -> bool:
    if path in hidden:
        return True
    return any((directory and directory in hidden) or directory in closed for directory in _above(path))


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in ("", ".")]
