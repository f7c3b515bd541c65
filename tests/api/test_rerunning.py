"""`jobber.rerun`, and `jobber.run(..., reuse=True)`."""

from __future__ import annotations

import pytest

import jobber
from jobber.testing import FakeEngine, Job


def train(job: Job) -> int:
    job.say("trained\n")
    job.files.write("/model/weights", job.files.read("/data/x"))
    return 0


@pytest.fixture
def engine(jobber_engine: FakeEngine) -> FakeEngine:
    jobber_engine.image("digits", files={"/data/x": "X"})
    jobber_engine.image("other", files={"/data/x": "Y"})
    jobber_engine.image("train", run=train)
    return jobber_engine


@pytest.fixture
def result(engine: FakeEngine) -> jobber.Result:
    del engine
    return jobber.run("train", inputs=["digits"], out="/model", quiet=True)


def test_reused_run_is_a_result_with_its_log(result: jobber.Result, engine: FakeEngine) -> None:
    again = jobber.run("train", inputs=["digits"], out="/model", reuse=True, quiet=True)

    assert (again.id, again.log, again.succeeded) == (result.id, "trained\n", True)
    assert engine.journal.count("create") == 1


def test_rerun_repeats_the_run_of_a_result(result: jobber.Result) -> None:
    again = jobber.rerun(result, verify=True, quiet=True)

    assert again.id != result.id
    assert again.record["inputs"] == result.record["inputs"]


def test_different_result_raises_an_error_with_the_result(result: jobber.Result) -> None:
    with pytest.raises(jobber.ResultDiffers) as caught:
        jobber.rerun(result.tags[0], inputs=["other"], verify=True, push=False, timeout=60, quiet=True)

    assert caught.value.result.files.read("weights") == b"Y"


def test_error_lists_all_missing_parts_of_a_run(engine: FakeEngine) -> None:
    jobber.run("train", inputs=["digits"], environment={"A_KEY": "secret"}, quiet=True)
    with pytest.raises(jobber.RunNotRepeatable) as caught:
        jobber.rerun("train:latest-run", quiet=True)

    assert caught.value.missing == ("the value of A_KEY is not recorded, and A_KEY is not set",)
    assert jobber.rerun("train:latest-run", xdocker="-e A_KEY=x", quiet=True).succeeded
    assert engine.journal.count("create") == 2
