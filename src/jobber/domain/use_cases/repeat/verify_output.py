"""Compare the content of `out` of two runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jobber.domain.display import printable
from jobber.domain.errors import PathNotFound
from jobber.domain.files.file_tree import Difference, Tree, differences, files_in, size_of
from jobber.domain.history.engine_files import engine_files, mount_points_of, without_engine_files
from jobber.domain.runs.result import parse_record
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from jobber.domain.images.reference import ImageId
    from jobber.domain.ports import Engine, Keyring, RemoteImages
    from jobber.domain.ports.progress import Progress
    from jobber.domain.use_cases.results.find_result import FoundResult

_MOST_TOLD = 20


@frozen
class VerifyOutput:
    """The use case `jobber rerun --verify`, with its dependencies."""

    engine: Engine
    remote: RemoteImages
    keyring: Keyring
    progress: Progress
    read_tree: Callable[[Generator[bytes]], Tree]

    def remember(self, old: FoundResult, *, out: str) -> Tree:
        """Read the file tree of `out` from the old result.

        Call it before the run: the image may be removed while the job runs. Raises `ImageNotFound`, `RegistryFailed`,
        `EngineLost` and others.
        """
        self.progress.step(f"reading {out} of the old result")
        return self._tree(self._old_archive(old, out))

    def compare(self, before: Tree, new: ImageId, *, out: str) -> tuple[Difference, ...]:
        """Return and report the differences in `out` of a new result, byte for byte, by full paths.

        Mount points and other files that an engine creates for itself are ignored. Raises the same errors as
        `remember`.
        """
        self.progress.step(f"comparing {out}")
        after = self._tree(self.engine.images.archive(new, path=out))
        image = self.engine.images.inspect(new)
        mounted = mount_points_of(image, parse_record(image.labels))
        engines = (engine_files(tree, place=out, mounted=mounted) for tree in (before, after))
        compared = differences(*without_engine_files(before, after, *engines))
        found = tuple(replace(one, path=_whole(out, one.path)) for one in compared)
        for difference in found[:_MOST_TOLD]:
            self.progress.note("differs", path=printable(difference.path), what=printable(difference.what))
        if len(found) > _MOST_TOLD:
            self.progress.note("differs-more", count=len(found) - _MOST_TOLD)
        if found:
            self.progress.note("not-identical", out=out, count=len(found))
        elif not before:
            self.progress.note("both-without-out", out=out)
        else:
            self.progress.note("identical", out=out, files=files_in(after), size=size_of(after))
        return found

    def _old_archive(self, old: FoundResult, out: str) -> Generator[bytes]:
        if old.remote is None:
            return self.engine.images.archive(old.image.id, path=out)
        credentials = self.keyring.credentials_for(old.remote)
        return self.remote.archive(old.remote, path=out, credentials=credentials)

    def _tree(self, archive: Generator[bytes]) -> Tree:
        """Return the tree of a directory; empty if the directory does not exist."""
        try:
            return self.read_tree(archive)
        except PathNotFound:
            return {}


def _whole(out: str, path: str) -> str:
    return f"{out.rstrip('/')}/{path}".rstrip("/") or "/"
