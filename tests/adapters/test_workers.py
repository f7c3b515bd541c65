"""Threads that run jobs, and the signals that they receive."""

from __future__ import annotations

import select
import threading

import pytest

from jobber.adapters.host.workers import ThreadWorkers
from jobber.domain.configuration.origin import Origin
from jobber.domain.containers.events import TerminationSignal
from jobber.domain.errors import Interrupted
from jobber.domain.pipelines.job import Job
from jobber.domain.pipelines.names import JobId
from jobber.domain.pipelines.outcome import JobOutcome, JobState
from jobber.session.pipelines.display import NoInput
from jobber.session.pipelines.signals import PipelineSignals
from jobber.testing import FakeInterruptions

_DONE = JobOutcome(Job(JobId("a"), "a", Origin("p", 1)), JobState.SUCCEEDED)


def test_work_is_done_at_the_same_time() -> None:
    workers, both = ThreadWorkers(), threading.Barrier(2, timeout=30)

    def work() -> JobOutcome:
        both.wait()
        return _DONE

    workers.start(work)
    workers.start(work)
    found = [*workers.wait(30)]
    while len(found) < 2:
        found += workers.wait(30)

    assert found == [_DONE, _DONE]


def test_wait_ends_without_work() -> None:
    assert ThreadWorkers().wait(0.001) == []


def test_exception_of_a_worker_is_raised_where_it_is_waited_for() -> None:
    workers = ThreadWorkers()

    def fail() -> JobOutcome:
        raise ZeroDivisionError

    workers.start(fail)
    with pytest.raises(ZeroDivisionError):
        workers.wait(30)


def test_second_signal_wakes_the_jobs() -> None:
    inner = FakeInterruptions()
    signals = PipelineSignals(inner, is_serial=False)
    with signals.of_job() as job:
        inner.send("SIGINT")
        assert signals.count() == 1
        assert job.take() is None
        with job.abortable():
            pass
        inner.send("SIGTERM")
        assert signals.count() == 2
        assert select.select([job], [], [], 1)[0] == [job]
        assert job.take() == TerminationSignal("SIGTERM", 1)
        assert select.select([job], [], [], 0)[0] == []
        with pytest.raises(Interrupted), job.abortable():
            pass
    assert job.fileno() == -1


def test_jobs_of_pipelines_have_an_empty_input() -> None:
    empty = NoInput()

    assert empty.read(9) == b""
    assert empty.fileno() >= 0
    empty.close()
