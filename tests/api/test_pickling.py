"""Pickled results and errors in other processes."""

from __future__ import annotations

import copy
import inspect
import pickle
import pkgutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context

import pytest

import jobber
from jobber.api.connection import Connection
from jobber.api.images import Image
from jobber.api.pipelines import PipelineJob
from jobber.session import environment
from jobber.testing import FakeEngine
from jobber.testing.command_line import EnvironmentUnderTest

LOST = jobber.Result(3, "failed", None, lambda *, last=None: b"said", "train")  # noqa: ARG005
SAMPLES: dict[str, object] = {
    "Mapping[JobId, JobberError]": {"a": jobber.JobberError("there is no image")},
    "Mapping[str, PipelineJob]": {"a": PipelineJob("a", "failed", "exit status 3", None, 1.0, 3, None)},
    "Sequence[UsageError]": (jobber.UsageError("unknown setting"),),
    "tuple[str, ...]": ("prepare",),
    "str": "text",
    "str | None": "text",
    "bytes": b"log",
    "int": 126,
    "int | None": 500,
    "float": 2.5,
    "bool": True,
    "Sequence[str]": ("a", "b"),
    "Sequence[tuple[str, str]]": [("a", "b")],
    "Result": LOST,
}


def kinds(of: type[jobber.JobberError]) -> Iterator[type[jobber.JobberError]]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def all_kinds() -> list[type[jobber.JobberError]]:
    for module in pkgutil.walk_packages(jobber.__path__, "jobber."):
        if module.name != "jobber.__main__":
            import_module(module.name)
    ours = (kind for kind in kinds(jobber.JobberError) if kind.__module__.startswith("jobber."))
    return sorted(set(ours), key=lambda kind: kind.__name__)


def made(kind: type[jobber.JobberError]) -> jobber.JobberError:
    """Return an error of this class with a value in each of its fields."""
    parameters = list(inspect.signature(kind.__init__).parameters.values())[1:]
    given = {each.name: SAMPLES[each.annotation] for each in parameters}
    first = [given.pop(each.name) for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]
    return kind(*first, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.__name__)
def test_error_is_the_same_in_another_process(kind: type[jobber.JobberError]) -> None:
    error = made(kind)
    facts = {name: fact for name, fact in vars(error).items() if name not in ("result", "errors")}
    again = pickle.loads(pickle.dumps(error))

    assert (type(again), str(again), again.args) == (kind, str(error), error.args)
    assert {name: getattr(again, name) for name in facts} == facts
    assert again.exit_status == error.exit_status


def refused(reference: str) -> None:
    raise jobber.PushRefused(reference, why="quota")


def test_error_returns_from_a_worker_process() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as workers, pytest.raises(jobber.PushRefused) as came:
        workers.submit(refused, "r.test/x:1").result(timeout=60)

    assert (came.value.reference, came.value.why) == ("r.test/x:1", "quota")


def test_pickled_error_contains_its_result() -> None:
    again = pickle.loads(pickle.dumps(jobber.JobFailed(LOST)))

    assert (again.result.exit_status, again.result.log, again.result.said(last=2)) == (3, "said", b"id")


def test_pickled_result_without_an_image_contains_its_log(jobber_engine: FakeEngine) -> None:
    jobber_engine.image("show", run=lambda job: job.say("é\n"))
    result = jobber.run("show", result_image="none", quiet=True)
    again = pickle.loads(pickle.dumps(result))

    assert again == result
    assert again.log == "é\n"


def test_result_finds_its_image_by_the_connection_of_the_other_process(
    jobber_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobber_engine.image("show", run=lambda job: job.say("here\n"))
    ran = jobber.run("show", quiet=True)
    assert ran.image is not None
    connection = Connection(environment.this_machine, "auto", "tcp://far.test")
    result = jobber.Result(ran.exit_status, ran.outcome, Image(connection, ran.image.stored), ran.said, ran.job)
    again = pickle.loads(pickle.dumps(result))
    monkeypatch.setattr(environment.ThisMachine, "connect", EnvironmentUnderTest(jobber_engine).connect)

    assert again.image.connection == connection
    assert (again.id, again.tags, again.log, again.said(last=3)) == (ran.id, ran.tags, "here\n", b"re\n")


def test_result_of_a_fake_engine_refuses_to_be_pickled(jobber_engine: FakeEngine) -> None:
    jobber_engine.image("show", run=lambda job: job.say("here\n"))

    with pytest.raises(TypeError, match="can't be pickled: no other process has that engine"):
        pickle.dumps(jobber.run("show", quiet=True))
    with pytest.raises(TypeError, match="objects from a custom FakeEngine can't be pickled"):
        pickle.dumps(jobber.run("show", engine=jobber_engine, quiet=True).image)


def test_copy_of_a_result_shares_its_engine(jobber_engine: FakeEngine) -> None:
    jobber_engine.image("show", run=lambda job: job.say("here\n"))
    copied = copy.deepcopy(jobber.run("show", engine=jobber_engine, quiet=True))

    assert copied.image is not None
    assert copied.image.connection.engine is jobber_engine
