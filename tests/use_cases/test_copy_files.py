"""Files from images: the selection, and the messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from jobber.adapters.archives.tar_reader import members
from jobber.domain.errors import ImageNotFound, NotWritten, PathNotFound
from jobber.domain.files.copy_report import CopyReport
from jobber.domain.images.image_path import ImagePath, SourcePath
from jobber.domain.images.reference import parse_reference, parse_registry
from jobber.domain.use_cases.results.copy_files import CopyFiles
from jobber.domain.use_cases.results.find_result import ResultFinder
from jobber.testing import FakeEngine, FakeKeyring, FakeProgress, FakeRemoteImages


class Shelf:
    """A destination that keeps what it is given, and does not take everything."""

    def __init__(self, *, octets: int = 0, error: Exception | None = None, skipped: str = "") -> None:
        self.kept: dict[str, bytes] = {}
        self.sources: list[SourcePath] = []
        self._octets = octets
        self._error = error
        self._skipped = skipped

    def receive(
        self, pieces: Iterator[bytes], *, source: SourcePath, copied: CopyReport, on_file: Callable[[], None]
    ) -> None:
        copied.destination = "there"
        self.sources.append(source)
        for member in members(pieces):
            if member.header.isreg():
                self.kept[member.path] = b"".join(map(bytes, member.chunks()))
                copied.files += 1
                copied.bytes += self._octets
                on_file()
        if self._skipped:
            copied.skipped.append((self._skipped, "it is a device"))
        if self._error:
            raise self._error


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    engine.image("registry.test/me/plain", files={"/data/x": "X", "/data/y": "Y", "/x": "root"})
    engine.image("registry.test/me/result", files={"/model/x": "M"}, labels={"jobber.out": "/model"})
    return engine


def copying(engine: FakeEngine, progress: FakeProgress | None = None) -> CopyFiles:
    finder = ResultFinder(engine, FakeRemoteImages(engine.remote), FakeKeyring(), parse_registry("registry.test/me"))
    return CopyFiles(finder, progress or FakeProgress())


def test_relative_path_begins_at_what_the_image_gives_as_an_input(engine: FakeEngine) -> None:
    shelf = Shelf()
    found, source, copied = copying(engine).copy(ImagePath("result", "x"), to=shelf)

    assert shelf.kept == {"": b"M"}
    assert (source, shelf.sources) == (SourcePath("/model/x"), [SourcePath("/model/x")])
    assert (copied.files, copied.destination) == (1, "there")
    assert found.image.labels == {"jobber.out": "/model"}


@pytest.mark.parametrize(("path", "kept"), [("x", {"": b"root"}), ("/data", {"x": b"X", "y": b"Y"})])
def test_path_in_an_image_that_is_no_result(engine: FakeEngine, path: str, kept: dict[str, bytes]) -> None:
    shelf = Shelf()
    copying(engine).copy(ImagePath("plain", path), to=shelf)

    assert shelf.kept == kept


def test_image_of_a_registry_is_not_pulled(engine: FakeEngine) -> None:
    engine.image("registry.test/me/far", files={"/data/x": "far"})
    shelf = Shelf()
    reference = parse_reference("registry.test/me/far").with_default_tag()
    engine.registry.push(reference, credentials=None, progress=FakeProgress())
    engine.images.remove(reference)
    copying(engine).copy(ImagePath("far", "/data/x"), to=shelf)
    source, archive = copying(engine).archive(ImagePath("far", "/data/x"))

    assert source == SourcePath("/data/x")
    assert shelf.kept == {"": b"far"}
    assert [bytes(chunk) for member in members(archive) for chunk in member.chunks()] == [b"far"]
    assert "pull" not in engine.journal


def test_missing_path_is_told_with_the_name_that_was_given(engine: FakeEngine) -> None:
    with pytest.raises(PathNotFound) as raised:
        copying(engine).copy(ImagePath("plain", "/nowhere"), to=Shelf())

    assert raised.value.what == "image plain has no /nowhere"
    assert raised.value.hint is None


def test_missing_image_is_told(engine: FakeEngine) -> None:
    with pytest.raises(ImageNotFound):
        copying(engine).copy(ImagePath("nobody", "/x"), to=Shelf())


def test_what_stays_of_a_copy_that_is_cut_short_is_told(engine: FakeEngine) -> None:
    with pytest.raises(NotWritten) as raised:
        copying(engine).copy(ImagePath("plain", "/data"), to=Shelf(error=NotWritten("there/z", why="full")))

    assert raised.value.hint == (
        "2 files are complete in there, the rest is missing: correct the problem, and copy again"
    )


def test_progress_is_told_now_and_then(engine: FakeEngine) -> None:
    engine.image("registry.test/me/plain", files={f"/data/{number}": "x" for number in range(5)})
    progress = FakeProgress()
    copying(engine, progress).copy(ImagePath("plain", "/data"), to=Shelf(octets=8 << 20))

    assert progress.steps == ["copying to there: 16 MB", "copying to there: 32 MB"]


@pytest.mark.parametrize(("path", "told"), [("dev/null", "dev/null"), ("new\nline", r"'new\nline'")])
def test_what_is_left_out_is_told(engine: FakeEngine, path: str, told: str) -> None:
    progress = FakeProgress()
    _, _, copied = copying(engine, progress).copy(ImagePath("plain", "/data"), to=Shelf(skipped=path))

    assert progress.warnings == [("not-copied", {"path": told, "why": "it is a device"})]
    assert copied.facts() == {
        "destination": "there",
        "files": 2,
        "directories": 0,
        "links": 0,
        "bytes": 0,
        "skipped": [{"path": path, "why": "it is a device"}],
    }
