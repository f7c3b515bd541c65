"""Programs of users for mypy; they are not executed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, assert_type

import jobber
from jobber.testing import (
    Completed,
    EngineUnderTest,
    FakeClock,
    FakeCommandLine,
    FakeEngine,
    FakeRegistry,
    ImageConfiguration,
    Job,
    Program,
)


def pipeline() -> float:
    digits = jobber.build("digits", tag=["digits"])
    assert_type(digits, jobber.Image)
    trained = jobber.run("train", inputs=[digits, "words,dest=/words"], out="/model", command=["train.py", "-v"])
    assert_type(trained, jobber.Result)
    assert_type(trained.check(), jobber.Result)
    evaluated = jobber.run("evaluate", inputs=[jobber.Input(trained, dest="/model"), digits], timeout=60, check=True)
    assert_type(evaluated.metrics, Mapping[str, Any])
    assert_type(evaluated.files.read("report"), bytes)
    assert_type(evaluated.files.list(), tuple[str, ...])
    assert_type(evaluated.files.save("report", to=Path("report")), Path)
    assert_type(evaluated.image, jobber.Image | None)
    return float(evaluated.metrics["accuracy"])


def careful() -> str:
    try:
        return jobber.run("train", result_image="success", pull="missing").log
    except jobber.PushRefused as error:
        return error.reference
    except jobber.JobberError as error:
        return error.hint or error.what


def program(job: Job) -> int:
    assert_type(job.argv, tuple[str, ...])
    assert_type(job.environment, Mapping[str, str])
    job.files.write("/model/weights", job.files.read("/data/x"))
    return 0


def test_pipeline(
    jobber_engine: EngineUnderTest, jobber_cli: FakeCommandLine, jobber_registry: FakeRegistry, jobber_clock: FakeClock
) -> None:
    jobber_engine.image("train", run=program, context=Path("train"))
    ran = jobber_cli("run", "-i", "digits", Path("train"), stdin="text")
    assert_type(ran, Completed)
    assert_type(ran.stdout, bytes)
    jobber_clock.advance(1)
    jobber_registry.refuse_pushes(f"{jobber_registry.host}/train", why="quota")


def test_what_only_a_fake_has(jobber_engine: FakeEngine) -> None:
    jobber_engine.image("train", run=lambda job: job.exit(3))
    jobber_engine.faults.fill_disk()
    assert_type(jobber_engine.journal[-1], str)
    either_kind(jobber_engine)


def either_kind(engine: EngineUnderTest) -> None:
    engine.image("train", run=program, context="train")
    jobber.run("train", engine=engine, out=Path("/model"), timeout="none", inputs=[], environment={"A": "1"})


def test_faults() -> None:
    engine = FakeEngine(flavour="podman", version="4.3.1", id_store="manifest")
    engine.image("train", run=lambda job: job.say("short programs may be lambdas"))
    step: Program = program
    engine.image("train", run=step, configuration=ImageConfiguration(command=("train", "--epochs", "3")))
    engine.faults.signal("SIGINT", at="commit")
    jobber.run("train", engine=engine)


def graph() -> None:
    made = (
        jobber.Pipeline(params={"epochs": 5}).job("digits", build="digits").job("train", image="x", inputs=["digits"])
    )
    assert_type(made, jobber.Pipeline)
    assert_type(jobber.pipeline(Path("jobber-pipeline.yml")), jobber.Pipeline)
    assert_type([job.why for job in made.plan("train")], list[str])
    assert_type({name: job.image for name, job in made.run(check=True).items()}, dict[str, jobber.Image | None])
