"""The progress of a pipeline's jobs, with and without a terminal."""

from __future__ import annotations

import io

import pytest

from jobber.cli.output.pipeline.lines import PrefixedLines
from jobber.cli.output.pipeline.live import LiveLines
from jobber.domain.configuration.origin import Origin
from jobber.domain.containers.events import Output, Stream
from jobber.domain.pipelines.job import Job
from jobber.domain.pipelines.names import JobId
from jobber.domain.pipelines.outcome import JobOutcome, JobState
from jobber.session.messages import ConsoleMessages

_JOB = Job(JobId("train[a]"), "train", Origin("p", 1), "a")


def _said(text: bytes) -> Output:
    return Output(Stream.STDOUT, text)


def test_lines_have_the_name_of_their_job(capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    lines = PrefixedLines(ConsoleMessages(verbose=False), stream=stream)
    lines.started(_JOB)
    lines.output(_JOB, _said(b"one\n\n10%\r100%\r\nha"))
    lines.output(_JOB, _said(b"lf\xff \x1b[2J"))
    lines.build_output(_JOB, b"not shown\n")
    lines.message(_JOB, "output-refused", {"stream": "stdout", "why": "full"}, is_warning=True)
    lines.ended(JobOutcome(_JOB, JobState.FAILED, "failed with exit status 3"))

    shown = stream.getvalue()
    assert shown.startswith("train[a] | one\ntrain[a] | \ntrain[a] | 100%\ntrain[a] | half")
    assert "\x1b" not in shown
    assert capsys.readouterr().err.splitlines()[-1] == "train[a]: failed: failed with exit status 3"


def test_long_line_is_printed_in_parts() -> None:
    stream = io.StringIO()
    lines = PrefixedLines(ConsoleMessages(verbose=False), stream=stream, is_verbose=True)
    lines.build_output(_JOB, b"x" * 70_000)

    assert len(stream.getvalue()) > 70_000


def test_terminal_has_one_line_for_each_active_job(capsys: pytest.CaptureFixture[str]) -> None:
    live = LiveLines()
    live.started(_JOB)
    live.output(_JOB, _said(b"epoch 1\repoch 2"))
    live.tick()
    live.step(_JOB, "saving the result image")
    live.tick()
    live.stopping(1)
    live.message(_JOB, "killed", {"signal": "SIGINT", "hint": "wait"}, is_warning=True)
    live.ended(JobOutcome(_JOB, JobState.SUCCEEDED, tags=("train:a.latest-run",), seconds=2.0))
    live.output(_JOB, _said(b"late"))
    live.clear()

    shown = capsys.readouterr().err
    assert "\x1b[1A\r\x1b[Jtrain[a] 0.0 s epoch 2\n" in shown
    assert "train[a] 0.0 s saving the result image\n" in shown
    assert "no more jobs are started" in shown
    assert "train[a]: warning: SIGINT again: killing the job\n" in shown
    assert shown.endswith("train[a]: succeeded after 2.0 s: train:a.latest-run\n")
