"""`jobber pipeline` as a whole, on the fake engine."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from jobber.testing import Completed, FakeCommandLine, FakeEngine, Job

_FILE = """\
params: {seed: 7, epochs: 20}
jobs:
  digits: {build: digits}
  prepare:
    image: steps
    cmd: prepare --seed ${seed}
    inputs: [digits]
    out: /out
  train:
    matrix: {model: [cnn, mlp], fold: [1, 2]}
    exclude: [{model: mlp, fold: 2}]
    image: trainer
    cmd: [train, --model, "${model}", --fold, "${fold}", --epochs, "${epochs}"]
    inputs: [prepare]
    out: /model
  compare:
    image: trainer
    cmd: compare
    inputs: ["train[*],dest=/runs"]
    out: /report
"""


def _steps(job: Job) -> int:
    _, name, *_ = argv = job.argv
    if name == "prepare":
        data = job.files.read("/data/digits")
        job.say(f"prepared with seed {argv[3]}\n")
        job.files.write("/out/data", data + argv[3].encode())
    elif name == "train":
        model = argv[3]
        job.say(f"training {model}\n")
        job.files.write("/model/weights", job.files.read("/data/data") + model.encode())
    elif name == "compare":
        found = sorted(path for path in job.files.walk("/runs") if path.endswith("/weights"))
        job.say("\n".join(found) + "\n")
        job.files.write("/report/table", "\n".join(found).encode())
    else:
        job.say(repr(job.argv) + "\n")
        return 3
    return 0


@pytest.fixture
def pipeline(jobber_engine: FakeEngine, jobber_cli: FakeCommandLine) -> Callable[..., Completed]:
    jobber_engine.image("steps", run=_steps)
    jobber_engine.image("trainer", run=_steps, files={"/train": "1"})
    folder = jobber_cli.directory
    (folder / "digits").mkdir()
    (folder / "digits" / "Dockerfile").write_text("FROM scratch\nCOPY digits /data/\n")
    (folder / "digits" / "digits").write_text("0 1 2\n")
    (folder / "jobber-pipeline.yml").write_text(_FILE)

    def call(*words: str | Path) -> Completed:
        return jobber_cli("pipeline", *words)

    return call


def test_first_run_runs_everything_and_the_second_nothing(pipeline: Callable[..., Completed]) -> None:
    first = pipeline("run")
    print(first.out, first.err)
    assert first.exit_status == 0
    assert "train[cnn-1] | training cnn" in first.out

    second = pipeline("run", "--json")
    print(second.err)
    assert {job["state"] for job in json.loads(second.out)["jobs"]} == {"fresh"}
    status = pipeline("status")
    print(status.out)
    assert status.exit_status == 0
