"""Two results side by side: their runs and their files, wherever they are."""

from __future__ import annotations

import json
from functools import partial

import pytest

from jobber.adapters.archives.file_tree import read_entries
from jobber.adapters.archives.tar_reader import content_of
from jobber.domain.containers.options import ContainerOptions
from jobber.domain.errors import ImageNotFound, NotAFile, PathNotFound
from jobber.domain.images.reference import ImageId, parse_reference
from jobber.domain.use_cases.results import compare
from jobber.domain.use_cases.results.compare import ComparedFile, CompareResults, Comparison, Content, Scope
from jobber.domain.use_cases.results.find_result import ResultFinder
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.testing import FakeEngine, FakeKeyring, FakeProgress, FakeRemoteImages, Job, fake_runner


def work(job: Job) -> None:
    words = dict(pair.removeprefix("--").split("=") for pair in job.argv[1:])
    job.say(f"{words}\n")
    job.files.write("/model/same", "same")
    job.files.write("/tmp/noise", str(job.argv))
    for name, value in words.items():
        job.files.write(f"/model/{name}", value)
    if "loss" in words:
        job.files.write("/model/metrics.json", json.dumps({"loss": float(words["loss"]), "steps": 10}))


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    engine.image("work", run=work)
    return engine


def run(engine: FakeEngine, *command: str, out: str | None = "/model") -> ImageId:
    request = RunRequest("work", ContainerOptions(), command=command or None, out=out)
    result = fake_runner(engine).run(request)
    assert result.image is not None
    return result.image


def comparing(engine: FakeEngine, progress: FakeProgress | None = None) -> CompareResults:
    finder = ResultFinder(engine, FakeRemoteImages(engine.remote), FakeKeyring(), None)
    content = partial(content_of, path="/x", of="it")
    return CompareResults(finder, progress or FakeProgress(), read_entries, content)


def summary(found: Comparison) -> tuple[object, ...]:
    return (
        [change.name for change in found.record],
        [(change.name, change.a, change.b) for change in found.parameters],
        [(change.name, change.a, change.b) for change in found.metrics],
        [(change.word, change.path) for change in found.files],
        found.compared,
    )


def test_runs_differ_in_what_they_were_given_and_in_what_came_of_it(engine: FakeEngine) -> None:
    one, other = run(engine, "--lr=0.1", "--loss=0.5"), run(engine, "--loss=0.25", "--new=1")
    progress = FakeProgress()
    found = comparing(engine, progress).compare(one, other)

    assert summary(found) == (
        ["command"],
        [("lr", "0.1", None), ("loss", "0.5", "0.25"), ("new", None, "1")],
        [("loss", 0.5, 0.25)],
        [
            ("changed", "/model/loss"),
            ("removed", "/model/lr"),
            ("changed", "/model/metrics.json"),
            ("added", "/model/new"),
            ("changed", "/run.log"),
        ],
        ("/model", "/run.log"),
    )
    assert not found.is_empty
    assert (found.a.name, found.b.name) == (one, other)
    assert progress.steps == ["comparing /model", "comparing /run.log"]


def test_same_run_twice_differs_in_nothing(engine: FakeEngine) -> None:
    one = run(engine, "--loss=1")
    engine.clock.sleep(5)
    found = comparing(engine).compare(one, run(engine, "--loss=1"))

    assert summary(found) == ([], [], [], [], ("/",))
    assert found.is_empty


def test_image_is_not_read_to_be_compared_with_itself(engine: FakeEngine) -> None:
    one = run(engine, "--loss=1")
    found = comparing(engine).compare(one, "work:latest-run")

    assert (found.is_empty, found.compared) == (True, ("/",))
    assert "archive" not in engine.journal


def test_images_with_the_same_layers_are_not_read(engine: FakeEngine) -> None:
    engine.image("a", files={"/x": "x"}, labels={"a": "1"})
    engine.image("b", files={"/x": "x"}, labels={"a": "2"})
    found = comparing(engine).compare("a", "b")

    assert (found.is_empty, found.compared) == (True, ("/",))
    assert "archive" not in engine.journal


def test_all_files_are_compared_where_that_is_wanted(engine: FakeEngine) -> None:
    one, other = run(engine, "--lr=1"), run(engine, "--lr=2")
    found = comparing(engine).compare(one, other, scope=Scope.ALL)

    assert [change.path for change in found.files] == ["/model/lr", "/run.log", "/tmp/noise"]
    assert found.compared == ("/",)


@pytest.mark.parametrize("outs", [(None, None), ("/model", None), (None, "/model")])
def test_all_files_are_compared_where_a_run_gives_nothing_on(
    engine: FakeEngine, outs: tuple[str | None, str | None]
) -> None:
    one, other = run(engine, "--lr=1", out=outs[0]), run(engine, "--lr=2", out=outs[1])
    found = comparing(engine).compare(one, other)

    assert [change.path for change in found.files] == ["/model/lr", "/run.log", "/tmp/noise"]


def test_no_files_are_compared_where_that_is_wanted(engine: FakeEngine) -> None:
    one, other = run(engine, "--lr=1"), run(engine, "--lr=2")
    comparison = comparing(engine)

    assert summary(comparison.compare(one, other, scope=Scope.NONE)) == (
        ["command"],
        [("lr", "1", "2")],
        [],
        [],
        (),
    )
    assert comparison.compare(one, one, scope=Scope.NONE).compared == ()
    assert "archive" not in engine.journal


def test_directories_of_other_names_are_compared_path_by_path(engine: FakeEngine) -> None:
    engine.image("a", files={"/model/x": "1", "/model/y": "same"}, labels={"jobber.out": "/model"})
    engine.image("b", files={"/out/x": "2", "/out/y": "same"}, labels={"jobber.out": "/out/"})
    found = comparing(engine).compare("a", "b")

    assert [change.path for change in found.files] == ["/model/x"]
    assert found.record == found.parameters == found.metrics == ()


def test_directory_that_is_not_there_has_nothing_in_it(engine: FakeEngine) -> None:
    one, other = run(engine, out="/nowhere"), run(engine, "--lr=1", out="/nowhere")
    found = comparing(engine).compare(one, other)

    assert [change.path for change in found.files] == ["/run.log"]


def test_images_that_no_run_has_made_are_compared_by_their_files(engine: FakeEngine) -> None:
    one = run(engine, "--lr=1")
    for a, b in ((one, "work"), ("work", one)):
        found = comparing(engine).compare(a, b)
        assert found.record == found.parameters == found.metrics == ()
        assert "/model/lr" in [change.path for change in found.files]


def test_result_in_a_registry_is_compared_without_a_pull(engine: FakeEngine) -> None:
    one, other = run(engine, "--lr=1"), run(engine, "--lr=2")
    far = parse_reference("registry.test/me/far:1")
    engine.images.tag(engine.images.inspect(one).id, reference=far)
    engine.registry.push(far, credentials=None, progress=FakeProgress())
    engine.images.remove(far)
    found = comparing(engine).compare("registry.test/me/far:1", other)

    assert [change.path for change in found.files] == ["/model/lr", "/run.log"]
    assert "pull" not in engine.journal


def test_missing_result_is_told(engine: FakeEngine) -> None:
    with pytest.raises(ImageNotFound):
        comparing(engine).compare("work", "nobody")


def file(engine: FakeEngine, path: str) -> ComparedFile:
    engine.image("a", files={"/m/x": "one", "/m/only": "a", "/m/s": "s"}, labels={"jobber.out": "/m"})
    engine.image("b", files={"/n/x": "other", "/m/x": "2", "/m/s": "s"}, labels={"jobber.out": "/n"})
    return comparing(engine).compare_file("a", "b", path=path)


def heads(found: ComparedFile) -> tuple[bytes | None, bytes | None]:
    return found.a.head if found.a else None, found.b.head if found.b else None


def test_file_is_read_of_both(engine: FakeEngine) -> None:
    assert heads(file(engine, "/m/x")) == (b"one", b"2")
    assert heads(file(engine, "x")) == (b"one", b"other")
    assert heads(file(engine, "only")) == (b"a", None)
    assert [file(engine, path).is_empty for path in ("/m/x", "/m/only", "/m/s")] == [False, False, True]
    assert file(engine, "only").is_whole
    assert file(engine, "only").path == "only"


def test_file_in_images_without_out_begins_at_the_root(engine: FakeEngine) -> None:
    engine.image("c", files={"/x": "c"})

    assert heads(comparing(engine).compare_file("c", "c", path="x")) == (b"c", b"c")


def test_file_that_neither_has_is_told(engine: FakeEngine) -> None:
    with pytest.raises(PathNotFound) as raised:
        file(engine, "/nowhere")

    assert raised.value.what == "neither a nor b has /nowhere"


def test_directory_has_no_lines(engine: FakeEngine) -> None:
    with pytest.raises(NotAFile) as raised:
        file(engine, "/m")

    assert raised.value.what == "/m of a is not a file"


def test_of_a_large_file_the_beginning_is_kept(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "LARGEST", 4)
    engine.image("c", files={"/x": "12345"})
    engine.image("d", files={"/x": "12346", "/y": "1234"})
    found = comparing(engine).compare_file("c", "d", path="/x")

    assert (heads(found), found.is_empty, found.is_whole) == ((b"1234", b"1234"), False, False)
    assert isinstance(found.a, Content)
    assert found.a.size == 5
    assert comparing(engine).compare_file("d", "d", path="/y").is_whole


def test_image_built_from_a_result_is_compared_by_all_its_files(engine: FakeEngine) -> None:
    one = run(engine, "--lr=1")
    engine.image("child", base=one, files={"/x": "x"})
    found = comparing(engine).compare("child", one)

    assert [(change.word, change.path) for change in found.files] == [("removed", "/x")]
    assert found.a.found.inherited == found.b.found.record
    assert found.a.found.record is None
