"""Compare two results: the parameters, metrics and outcomes of their runs, and their files."""

from __future__ import annotations

from contextlib import closing
from enum import Enum
from hashlib import sha256
from typing import TYPE_CHECKING

from jobber.domain.containers.container import LOG
from jobber.domain.errors import NeitherHasPath, NotAFile, PathNotFound
from jobber.domain.history.engine_files import engine_files, mount_points_of, without_engine_files
from jobber.domain.history.record_diff import file_changes, record_changes, value_changes
from jobber.domain.images.image_path import ImagePath
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.metrics import metrics_of
from jobber.domain.runs.parameters import parameters_of
from jobber.domain.use_cases.results.image_files import archive_of
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

    from jobber.domain.files.file_tree import Entry, Tree
    from jobber.domain.history.record_diff import Change, FileChange
    from jobber.domain.ports.progress import Progress
    from jobber.domain.use_cases.results.find_result import FoundResult, ResultFinder

    Entries = Generator[tuple[str, Entry]]

LARGEST = 1 << 24
"""The maximum size in bytes of a file whose lines are compared."""


@frozen
class Side:
    """One of the two compared results."""

    name: str
    """The name given by the user."""
    found: FoundResult

    @property
    def out(self) -> str:
        """The directory that the result provides as an input; empty if there is none."""
        return self.found.image.labels.get(Label.OUT, "")


@frozen
class Comparison:
    """The differences between two results."""

    a: Side
    b: Side
    record: tuple[Change, ...]
    parameters: tuple[Change, ...]
    metrics: tuple[Change, ...]
    files: tuple[FileChange, ...]
    compared: tuple[str, ...]
    """The directories and files of `a` that were compared with those of `b`."""

    @property
    def is_empty(self) -> bool:
        """True if there are no differences."""
        return not (self.record or self.parameters or self.metrics or self.files)


@frozen
class Content:
    """The content of a file."""

    head: bytes
    """The first bytes, up to `LARGEST`."""
    size: int
    digest: str


@frozen
class ComparedFile:
    """A file in two results; None for a result without the file."""

    path: str
    a: Content | None
    b: Content | None

    @property
    def is_empty(self) -> bool:
        """True if both files are identical."""
        return self.a == self.b

    @property
    def is_whole(self) -> bool:
        """True if both heads contain the complete files."""
        return all(content is None or content.size == len(content.head) for content in (self.a, self.b))


class Scope(Enum):
    """The scope of a file comparison."""

    RESULTS = "results"
    """The `out` directories and logs, or all files if a result has no `out` or was built from another one."""
    ALL = "all"
    NONE = "none"


@frozen
class CompareResults:
    """The use case `jobber diff`, with its dependencies."""

    finder: ResultFinder
    progress: Progress
    entries: Callable[[Generator[bytes]], Entries]
    """A reader that yields the entries of an archive, path by path."""
    content: Callable[[Iterator[bytes]], Iterator[memoryview]]
    """A reader that yields the content of the one file in an archive."""

    def compare(self, a: str, b: str, *, scope: Scope = Scope.RESULTS) -> Comparison:
        """Compare two results. Raises `ImageNotFound`, `AmbiguousName`, `RegistryFailed` and others."""
        one, other = Side(a, self.finder.find(a)), Side(b, self.finder.find(b))
        is_same = _have_same_files(one, other)
        places = () if is_same else _places(one, other, scope)
        files = tuple(change for place in places for change in self._file_changes(one, other, *place))
        record_a, record_b = one.found.record, other.found.record
        has_records = record_a is not None and record_b is not None
        return Comparison(
            one,
            other,
            record_changes(record_a, record_b) if record_a and record_b else (),
            value_changes(parameters_of(record_a), parameters_of(record_b)) if record_a and record_b else (),
            value_changes(_metrics(one), _metrics(other)) if has_records else (),
            files,
            ("/",) if is_same and scope is not Scope.NONE else tuple(place for place, _ in places),
        )

    def compare_file(self, a: str, b: str, *, path: str) -> ComparedFile:
        """Read a file from two results; a relative path starts at each result's `out`.

        Raises `NeitherHasPath` if neither has the path, `NotAFile`, and the errors of `compare`.
        """
        sides = Side(a, self.finder.find(a)), Side(b, self.finder.find(b))
        read = [self._read(side, ImagePath("", path).within(side.out or "/").path) for side in sides]
        if read == [None, None]:
            raise NeitherHasPath(a, b, path=path)
        return ComparedFile(path, *read)

    def _read(self, side: Side, path: str) -> Content | None:
        head, size, digest = bytearray(), 0, sha256()
        with closing(archive_of(self.finder, side.found, path=path, name=side.name)) as pieces:
            try:
                for chunk in self.content(pieces):
                    head += chunk[: LARGEST - len(head)]
                    size += len(chunk)
                    digest.update(chunk)
            except NotAFile:
                raise NotAFile(side.name, path=path) from None
            except PathNotFound:
                return None
        return Content(bytes(head), size, digest.hexdigest())

    def _file_changes(self, a: Side, b: Side, place_a: str, place_b: str) -> Iterator[FileChange]:
        self.progress.step(f"comparing {place_a}")
        streams = [self._entries(a, place_a), self._entries(b, place_b)]
        trees: list[dict[str, Entry]] = [{}, {}]
        with closing(streams[0]), closing(streams[1]):
            waiting = [*zip(streams, trees, strict=True)]
            while waiting:  # alternate, so that the engine prepares one archive while we read the other
                for pair in [*waiting]:
                    found = next(pair[0], None)
                    if found is None:
                        waiting.remove(pair)
                    else:
                        pair[1][found[0]] = found[1]
        engines = (_engine_files(a, trees[0], place_a), _engine_files(b, trees[1], place_b))
        one, other = without_engine_files(trees[0], trees[1], *engines)
        yield from file_changes(_absolute(one, place_a), _absolute(other, place_a))

    def _entries(self, side: Side, path: str) -> Entries:
        """Yield all entries at a path; nothing if the path does not exist."""
        try:
            yield from self.entries(archive_of(self.finder, side.found, path=path, name=side.name))
        except PathNotFound:
            return


def _have_same_files(a: Side, b: Side) -> bool:
    """Return whether all files are identical according to the images' IDs or layers, without reading files."""
    image_a, image_b = a.found.image, b.found.image
    return image_a.id == image_b.id or (bool(image_a.layers) and image_a.layers == image_b.layers)


def _places(a: Side, b: Side, scope: Scope) -> tuple[tuple[str, str], ...]:
    """Return the pairs of paths to read from each result."""
    match scope:
        case Scope.NONE:
            return ()
        case Scope.RESULTS if a.out and b.out and not (a.found.inherited or b.found.inherited):
            return ((a.out, b.out), (LOG, LOG))
        case _:
            return (("/", "/"),)


def _engine_files(side: Side, tree: Tree, place: str) -> frozenset[str]:
    """Return the paths in a tree that the engine created while the result was made."""
    record = side.found.record or side.found.inherited
    return engine_files(tree, place=place, mounted=mount_points_of(side.found.image, record))


def _absolute(tree: Mapping[str, Entry], place: str) -> dict[str, Entry]:
    return {f"{place.rstrip('/')}/{path}".rstrip("/") or "/": entry for path, entry in tree.items()}


def _metrics(side: Side) -> Mapping[str, float]:
    return metrics_of(side.found.image.labels)
