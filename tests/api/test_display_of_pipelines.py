"""The display of a pipeline in another program, after that program has continued."""

from __future__ import annotations

import pytest

from jobber.api.pipeline_display import GuestDisplay
from jobber.domain.configuration.origin import Origin
from jobber.domain.containers.events import Output, Stream
from jobber.domain.pipelines.job import Job
from jobber.domain.pipelines.names import JobId
from jobber.testing import FakeProgress

_JOB = Job(JobId("a"), "a", Origin("p", 1))


def test_closed_display_shows_nothing_more(capsys: pytest.CaptureFixture[str]) -> None:
    progress = FakeProgress()
    display = GuestDisplay(progress, quiet=False)
    display.output(_JOB, Output(Stream.STDOUT, b"one\n"))
    display.message(_JOB, "pipeline-attached", {"run": "1"}, is_warning=False)
    before = str(vars(progress))
    display.close()
    display.output(_JOB, Output(Stream.STDOUT, b"two\n"))
    display.step(_JOB, "step")
    display.message(_JOB, "pipeline-attached", {"run": "2"}, is_warning=True)

    assert capsys.readouterr().out == "a | one\n"
    assert str(vars(progress)) == before
