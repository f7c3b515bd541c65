"""The digest of `out` is a label of each result that a pipeline has requested; `recover` keeps it too."""

from __future__ import annotations

from typing import Any

import pytest

from jobber.adapters.archives.file_tree import read_tree
from jobber.domain.containers.options import ContainerOptions, Mount
from jobber.domain.errors import EngineFailed, EngineLost
from jobber.domain.files.tree_digest import tree_digest
from jobber.domain.runs.keys import RunKeys
from jobber.domain.runs.label_names import Label
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.domain.use_cases.unfinished.recover import RecoverRuns
from jobber.testing import FakeEngine, FakeProgress, Job, fake_run_finisher, fake_runner

KEYS = RunKeys("c" * 64, "d" * 64)


def work(job: Job) -> None:
    job.files.write("/model/weights", job.argv[1] if len(job.argv) > 1 else "")
    job.files.write("/model/cache/x", job.argv[2] if len(job.argv) > 2 else "")
    if job.argv[-1] == "wait":
        job.sleep(60)


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    engine.image("work", run=work)
    return engine


def digest(engine: FakeEngine, *command: str, progress: FakeProgress | None = None, **settings: Any) -> str | None:
    """The digest in the labels of a run's result; None without a label."""
    told = {"out": "/model", "keys": KEYS, **settings}
    request = RunRequest("work", told.pop("options", ContainerOptions()), command=command, **told)
    result = fake_runner(engine, progress=progress).run(request)
    assert result.image is not None
    return engine.images.inspect(result.image).labels.get(Label.OUT_DIGEST)


def test_digest_is_that_of_the_results_directory(engine: FakeEngine) -> None:
    found = digest(engine, "a", "b")
    image = engine.store.made[-1]

    assert found == tree_digest(read_tree(engine.images.archive(image, path="/model")))


def test_same_files_have_the_same_digest_and_others_another(engine: FakeEngine) -> None:
    first, again, other = (digest(engine, *words) for words in (("a", "b"), ("a", "b"), ("a", "c")))

    assert first == again != other


def test_run_outside_a_pipeline_has_no_out_digest(engine: FakeEngine) -> None:
    assert digest(engine, "a", keys=None) is None
    assert "tree" not in engine.journal


@pytest.mark.parametrize("out", [None, "/", "/run.log", "/none"])
def test_no_digest_without_out_and_with_the_log_in_it(engine: FakeEngine, out: str | None) -> None:
    assert digest(engine, "a", out=out) is None


def test_mounted_files_are_not_part_of_it(engine: FakeEngine) -> None:
    options = ContainerOptions(mounts=(Mount(kind="volume", destination="/model/cache"),))
    first = digest(engine, "a", "b", options=options, docker_args=("-v", "/model/cache"))

    assert first == digest(engine, "a", "c", options=options, docker_args=("-v", "/model/cache"))
    assert first != digest(engine, "a", "b")


def test_failed_reading_is_a_warning_and_the_result_is_kept(engine: FakeEngine) -> None:
    progress = FakeProgress()
    engine.fail("tree", EngineFailed("read it", why="a broken disk"))

    assert digest(engine, "a", progress=progress) is None
    assert progress.warnings == [("no-out-digest", {"out": "/model", "why": "a broken disk"})]


def test_lost_connection_leaves_the_run_for_recovery(engine: FakeEngine) -> None:
    engine.fail("tree", EngineLost("read", why="gone"))
    with pytest.raises(EngineLost):
        digest(engine, "a")
    RecoverRuns(fake_run_finisher(engine)).recover()
    labels = engine.images.inspect(engine.store.made[-1]).labels

    assert labels[Label.OUT_DIGEST] == digest(engine, "a")
    assert labels[Label.CONTENT_KEY] == KEYS.content


def test_nothing_is_inherited_from_an_earlier_run(engine: FakeEngine) -> None:
    digest(engine, "a")
    first = engine.store.made[-1]
    request = RunRequest(first, ContainerOptions(), command=("b",))
    second = fake_runner(engine).run(request).image
    assert second is not None
    labels = engine.images.inspect(second).labels

    assert [labels[name] for name in (Label.OUT_DIGEST, Label.CONTENT_KEY, Label.RECIPE_KEY)] == ["", "", ""]
