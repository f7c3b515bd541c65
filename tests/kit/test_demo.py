"""The pipeline of `make demo`, on the fake: a second run finds nothing to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jobber.testing import Completed, FakeCommandLine, FakeEngine, Job

FILE = Path(__file__).parents[2] / "demo" / "jobber-pipeline.yml"
_OUT = {"train": "/model/model.json", "evaluate": "/report/metrics.json", "compare": "/comparison/metrics.json"}
_JOBS = ["digits", "digits-trainer", "digits-evaluator", "digits-comparer", "digits-model[8]", "digits-model[32]"]
_LAST = ["digits-report[8]", "digits-report[32]", "digits-comparison"]


def _step(job: Job) -> int:
    script = Path(job.argv[1]).stem
    found = [*job.files.walk("/data"), *job.files.walk("/model"), *job.files.walk("/reports")]
    job.files.write(_OUT[script], json.dumps([script, *job.argv[2:], *map(str, found)]).encode())
    return 0


@pytest.fixture
def demo(jobber_engine: FakeEngine, jobber_cli: FakeCommandLine) -> FakeCommandLine:
    for base in ("python:3-slim", "other"):
        jobber_engine.image(base, run=_step)
    return jobber_cli


def _states(done: Completed) -> dict[str, str]:
    return {job["job"]: job["state"] for job in json.loads(done.out)["jobs"]}


@pytest.mark.parametrize("options", [(), ("-p", "base=other")], ids=" ".join)
def test_second_run_of_the_demo_runs_nothing(demo: FakeCommandLine, options: tuple[str, ...]) -> None:
    first = demo("pipeline", "run", "-f", str(FILE), "--json", *options)
    second = demo("pipeline", "run", "-f", str(FILE), "--json", *options)

    assert first.exit_status == 0, first.err
    assert _states(first) == dict.fromkeys(_JOBS[:4], "built") | dict.fromkeys([*_JOBS[4:], *_LAST], "succeeded")
    assert set(_states(second).values()) == {"fresh"}


def test_more_epochs_train_evaluate_and_compare_again(demo: FakeCommandLine) -> None:
    demo("pipeline", "run", "-f", str(FILE))
    states = _states(demo("pipeline", "status", "-f", str(FILE), "-p", "epochs=20", "--json"))

    assert {name for name, state in states.items() if state == "stale"} == {*_JOBS[4:], *_LAST}
