"""Runs that are recovered from an engine that keeps only so much of a log."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jobber.domain.containers.container import Container, ContainerId
from jobber.domain.containers.options import ContainerOptions
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.domain.use_cases.unfinished.recover import RecoverRuns
from jobber.testing import FakeEngine, FakeProgress, Job, fake_run_finisher, fake_runner


def _train(job: Job) -> None:
    job.say("epoch\n" * 10)


@pytest.mark.parametrize(("limit", "warned"), [(None, False), (0, True), (1160, True), (1161, False)])
def test_log_that_may_lack_its_beginning_is_told(
    monkeypatch: pytest.MonkeyPatch, limit: int | None, *, warned: bool
) -> None:
    engine, progress = FakeEngine(), FakeProgress()
    engine.image("train", run=_train)
    run = fake_runner(engine).detach(RunRequest("train", ContainerOptions()))
    inspect = engine.containers.inspect

    def limited(container: ContainerId) -> Container:
        return replace(inspect(container), log_limit=limit)

    monkeypatch.setattr(engine.containers, "inspect", limited)
    RecoverRuns(fake_run_finisher(engine, progress=progress)).recover()

    assert (("log-may-be-cut", {"run": run, "image": "train:latest"}) in progress.warnings) is warned
