"""Whole runs on the fake, in a second; by hand there is nothing to compare them with but the aim."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from jobber.domain.containers.options import ContainerOptions
from jobber.domain.runs.input import parse_input
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.testing import FakeEngine, Job, fake_runner
from side_by_side import Comparison

if TYPE_CHECKING:
    from collections.abc import Iterator

_AIM = 2250
_RUNS = 2000


def compare(*, rounds: int) -> Iterator[Comparison]:
    """Runs with an input and a result each."""
    yield Comparison(
        "runs on the fake, in a second",
        [_runs_in_a_second() for _ in range(rounds)],
        [float(_AIM)],
        f"at least {_AIM}",
        lambda row: row.ratio >= 1,
        unit="runs",
    )


def _runs_in_a_second() -> float:
    engine = FakeEngine()
    engine.image("train", run=_train)
    engine.image("digits", files={"/data/digits.csv": "1,2,3"})
    request = RunRequest("train", ContainerOptions(), inputs=(parse_input("digits"),), out="/model")
    began = time.perf_counter()
    for _ in range(_RUNS):
        result = fake_runner(engine).run(request)
    seconds = time.perf_counter() - began
    assert engine.read(str(result.image), "/model/weights") == b"1,2,3"
    return _RUNS / seconds


def _train(job: Job) -> int:
    job.say("epoch 1\n")
    job.files.write("/model/weights", job.files.read("/data/digits.csv"))
    job.sleep(1)
    return 0
