"""The metrics of a job are in a label of its result, whichever process finishes the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from jobber.domain.containers.options import ContainerOptions
from jobber.domain.errors import EngineFailed, EngineLost
from jobber.domain.runs.metrics import metrics_of
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.domain.use_cases.unfinished.recover import RecoverRuns
from jobber.testing import FakeConsole, FakeEngine, FakeProgress, Job, fake_run_finisher, fake_runner


def work(job: Job) -> None:
    if len(job.argv) > 1:
        job.files.write("/model/metrics.json", job.argv[1])
    if len(job.argv) > 2:
        job.sleep(float(job.argv[2]))


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    engine.image("work", run=work)
    return engine


def kept(
    engine: FakeEngine, *command: str, out: str | None = "/model", image: str = "work"
) -> tuple[Mapping[str, object], list[Any]]:
    """The metrics of a run's result, and its warnings."""
    progress = FakeProgress()
    request = RunRequest(image, ContainerOptions(), command=command or None, out=out)
    result = fake_runner(engine, progress=progress).run(request)
    assert result.image is not None
    return metrics_of(engine.images.inspect(result.image).labels), progress.warnings


def test_metrics_are_in_a_label(engine: FakeEngine) -> None:
    assert kept(engine, '{"accuracy": 0.5}') == ({"accuracy": 0.5}, [])
    assert kept(engine, '{"accuracy": 0.5}', out="/model/") == ({"accuracy": 0.5}, [])
    assert engine.journal.count("read") == 2


def test_run_without_metrics_has_none_and_says_nothing(engine: FakeEngine) -> None:
    assert kept(engine) == ({}, [])


def test_run_without_out_is_not_asked_for_metrics(engine: FakeEngine) -> None:
    assert kept(engine, '{"accuracy": 0.5}', out=None) == ({}, [])
    assert "read" not in engine.journal


def test_metrics_are_not_inherited(engine: FakeEngine) -> None:
    kept(engine, '{"accuracy": 0.5}')

    assert kept(engine, out=None, image="work:latest-run") == ({}, [])
    assert kept(engine, '{"loss": 1}', image="work:latest-run") == ({"loss": 1}, [])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[1]", "it is not a JSON object"),
        ("{", "it is not valid JSON: Expecting property name enclosed in double quotes: line 1"),
    ],
)
def test_metrics_that_are_none_are_told_and_the_result_is_saved(engine: FakeEngine, text: str, why: str) -> None:
    found, warnings = kept(engine, text)

    assert found == {}
    ((event, facts),) = warnings
    assert (event, facts["path"]) == ("metrics-not-kept", "/model/metrics.json")
    assert facts["why"].startswith(why)


def test_metrics_that_are_partly_none_are_partly_kept(engine: FakeEngine) -> None:
    facts = {"path": "/model/metrics.json", "why": '"b" is not a finite number and is omitted'}

    assert kept(engine, '{"a": 1, "b": NaN}') == ({"a": 1}, [("metrics-left-out", facts)])


def test_nested_metrics_are_kept_without_a_word(engine: FakeEngine) -> None:
    assert kept(engine, '{"val": {"accuracy": 0.5}}') == ({"val.accuracy": 0.5}, [])


def test_file_that_is_too_large_is_no_metrics(engine: FakeEngine) -> None:
    facts = {"path": "/model/metrics.json", "why": "it is larger than 1 MB"}

    assert kept(engine, '{"a": 1}' + " " * (1 << 20)) == ({}, [("metrics-not-kept", facts)])


def test_directory_is_no_metrics() -> None:
    engine = FakeEngine()
    engine.image("work", run=lambda job: job.files.make_directory("/model/metrics.json"))
    facts = {"path": "/model/metrics.json", "why": "it is not a file"}

    assert kept(engine) == ({}, [("metrics-not-kept", facts)])


def test_metrics_that_the_engine_can_t_read_cost_nobody_the_result(engine: FakeEngine) -> None:
    engine.fail("read", EngineFailed("read it", why="a broken disk"))
    facts = {"path": "/model/metrics.json", "why": "a broken disk"}

    assert kept(engine, '{"a": 1}') == ({}, [("metrics-not-kept", facts)])


def test_result_waits_for_an_engine_that_is_gone(engine: FakeEngine) -> None:
    engine.fail("read", EngineLost("read", why="gone"))
    with pytest.raises(EngineLost):
        kept(engine, '{"a": 1}')
    RecoverRuns(fake_run_finisher(engine)).recover()
    (result,) = engine.images.list(labels={"jobber.metrics": '{"a":1}'})

    assert set(result.references) == {"work:latest-run", "work:20260101_000000"}


def test_recover_keeps_the_metrics(engine: FakeEngine) -> None:
    engine.faults.lose_output()
    with pytest.raises(EngineLost):
        fake_runner(engine, console=FakeConsole()).run(
            RunRequest("work", ContainerOptions(), command=('{"a": 1}', "60"), out="/model")
        )
    engine.clock.sleep(100)
    RecoverRuns(fake_run_finisher(engine)).recover()

    assert [image.labels["jobber.metrics"] for image in engine.images.list(labels={"jobber.metrics": None})] == [
        '{"a":1}'
    ]
