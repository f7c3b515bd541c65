"""A job that is watched: lines that break, limits and signals that meet, output that can't be kept."""

from __future__ import annotations

import io
import json
from typing import BinaryIO

import pytest

from jobber.domain.containers.container import ContainerState, Terminal
from jobber.domain.containers.events import FORWARDED_SIGNALS
from jobber.domain.containers.options import ContainerOptions
from jobber.domain.errors import LogLost
from jobber.domain.images.reference import parse_reference
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.policy import Outcome
from jobber.domain.use_cases.run.prepare import RunRequest
from jobber.domain.use_cases.run.run import RunResult
from jobber.domain.use_cases.unfinished.recover import RecoverRuns
from jobber.testing import FakeConsole, FakeEngine, FakeInterruptions, FakeProgress, Job, fake_run_finisher, fake_runner


def work(job: Job) -> int:
    for name, status in (("SIGINT", 7), ("SIGTERM", 8)):
        if name in job.argv:
            job.on_signal(name, status)
    job.say("begun\n")
    job.sleep(100)
    job.say("over\n")
    return 0


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    engine.image("work", run=work)
    return engine


class World:
    """A run, and its messages."""

    def __init__(self, engine: FakeEngine, console: FakeConsole | None = None) -> None:
        self.engine = engine
        self.console = console or FakeConsole()
        self.interruptions = FakeInterruptions(engine.clock)
        self.progress = FakeProgress()

    def run(self, *command: str, **settings: object) -> RunResult:
        request = RunRequest("work", ContainerOptions(), command=command, **settings)  # type: ignore[arg-type]
        runner = fake_runner(
            self.engine, console=self.console, interruptions=self.interruptions, progress=self.progress
        )
        return runner.run(request)

    @property
    def warnings(self) -> list[str]:
        return [event for event, _ in self.progress.warnings]

    @property
    def signals(self) -> list[tuple[float, str]]:
        return [(call.moment, call.subject) for call in self.engine.calls if call.name == "signal"]


class FullDisk(io.BytesIO):
    """A place on a disk that is full."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error
        self.tries = 0

    def write(self, _chunk: object) -> int:
        self.tries += 1
        raise self.error


class ConsoleOnFullDisk(FakeConsole):
    """A console whose spool can't be written."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.disk = FullDisk(error)

    def spool(self) -> BinaryIO:
        return self.disk


def test_line_that_breaks_is_told_of_and_nothing_is_lost(engine: FakeEngine) -> None:
    world = World(engine)
    engine.faults.break_line(after=1, seconds=20)
    result = world.run()

    assert (result.exit_status, world.console.stdout) == (0, b"begun\nover\n")
    assert world.progress.warnings == [
        ("connection-lost", {"why": "connection refused"}),
        ("connection-restored", {"why": ""}),
    ]
    assert engine.clock.monotonic() == 100


def test_run_whose_line_broke_is_claimed_before_it_is_finished(engine: FakeEngine) -> None:
    world = World(engine)
    world.run()
    prompt = engine.journal.count("claim-run")
    engine.faults.break_line(after=1)
    world.run()

    assert (prompt, engine.journal.count("claim-run")) == (0, 1)


def test_signal_while_the_line_is_broken_is_delivered_when_it_is_mended(engine: FakeEngine) -> None:
    world = World(engine)
    engine.faults.break_line(after=1, seconds=20)
    world.interruptions.send("SIGINT", at=5)
    result = world.run("SIGINT")
    record = json.loads(engine.images.inspect(parse_reference("work:latest-run")).labels[Label.RUN])

    assert world.signals == [(5, "SIGINT"), (20, "SIGINT")]
    assert (result.exit_status, result.outcome) == (130, Outcome.INTERRUPTED)
    assert (record["outcome"], record["exit-code"]) == ("interrupted", 7)


@pytest.mark.parametrize("name", FORWARDED_SIGNALS)
def test_signal_that_is_not_for_jobber_is_the_jobs(engine: FakeEngine, name: str) -> None:
    def wait(job: Job) -> None:
        job.on_signal(name, 9)
        job.sleep(100)

    engine.image("work", run=wait)
    world = World(engine)
    world.interruptions.send(name, at=5)
    result = world.run()

    assert world.signals == [(5, name)]
    assert (result.exit_status, result.outcome) == (9, Outcome.FAILED)


def test_signal_for_the_job_that_the_engine_can_t_take_is_dropped(engine: FakeEngine) -> None:
    world = World(engine)
    engine.faults.break_line(after=1, seconds=20)
    world.interruptions.send("SIGUSR1", at=5)
    result = world.run()

    assert world.signals == [(5, "SIGUSR1")]
    assert result.outcome is Outcome.SUCCEEDED


def test_signal_for_the_job_before_there_is_one_is_dropped(engine: FakeEngine) -> None:
    world = World(engine)
    engine.faults.signal("SIGUSR1", at="create")
    world.interruptions = engine.interruptions
    with world.interruptions.abortable():
        world.interruptions.deliver("SIGUSR1")
    world.interruptions.send("SIGUSR2")

    assert world.run().outcome is Outcome.SUCCEEDED


def test_signal_that_was_delivered_is_not_repeated_when_the_line_is_mended(engine: FakeEngine) -> None:
    world = World(engine)
    world.interruptions.send("SIGINT", at=5)
    world.interruptions.resize(at=6)
    engine.faults.break_line(after=1, seconds=3)
    world.interruptions.send("SIGTERM", at=40)
    world.run()

    assert [name for _, name in world.signals] == ["SIGINT", "SIGKILL"]


def test_limit_that_passes_while_the_line_is_broken_is_made_good(engine: FakeEngine) -> None:
    world = World(engine)
    engine.faults.break_line(after=1, seconds=20)
    result = world.run("SIGTERM", timeout=15.0)

    assert world.signals == [(15, "SIGTERM"), (20, "SIGTERM")]
    assert (result.exit_status, result.outcome) == (124, Outcome.TIMED_OUT)


def test_job_that_stays_after_its_limit_is_killed_when_its_grace_is_over(engine: FakeEngine) -> None:
    world = World(engine)
    result = world.run(timeout=15.0)

    assert world.signals == [(15, "SIGTERM"), (25, "SIGKILL")]
    assert (result.exit_status, result.outcome) == (124, Outcome.TIMED_OUT)
    assert engine.clock.monotonic() == 25


def test_first_reason_to_end_counts(engine: FakeEngine) -> None:
    world = World(engine)
    world.interruptions.send("SIGINT", at=20)
    result = world.run("SIGINT", timeout=15.0)

    assert world.signals == [(15, "SIGTERM"), (20, "SIGINT")]
    assert (result.exit_status, result.outcome) == (124, Outcome.TIMED_OUT)


def test_change_of_size_without_a_terminal_is_nothing(engine: FakeEngine) -> None:
    world = World(engine)
    world.interruptions.resize(at=5)
    world.run()

    assert "resize" not in engine.journal


def test_change_of_size_before_the_start_is_no_signal(engine: FakeEngine) -> None:
    world = World(engine)
    world.interruptions.resize()
    world.interruptions.resize()

    assert world.run().exit_status == 0


def test_terminals_size_follows(engine: FakeEngine) -> None:
    console = FakeConsole(terminal=Terminal(rows=24, columns=80))
    world = World(engine, console)
    world.interruptions.resize(at=5)

    def grow(job: Job) -> int:
        console.terminal = Terminal(rows=50, columns=132)
        return work(job)

    engine.image("work", run=grow)
    world.run()

    assert [call.subject for call in engine.calls if call.name == "resize"] == ["24x80", "24x80", "50x132"]


@pytest.mark.parametrize(
    ("error", "why"), [(OSError(28, "No space left on device"), "no space left on device"), (OSError("Odd"), "odd")]
)
def test_output_that_can_t_be_kept_here_ends_no_job(engine: FakeEngine, error: OSError, why: str) -> None:
    console = ConsoleOnFullDisk(error)
    world = World(engine, console)
    with pytest.raises(LogLost) as caught:
        world.run()
    (container,) = engine.containers.list(labels={})
    RecoverRuns(fake_run_finisher(engine)).recover()

    assert caught.value.what == f"the job's output could not be stored: {why}"
    assert (console.stdout, console.disk.tries) == (b"begun\nover\n", 1)
    assert container.state is ContainerState.EXITED
    assert engine.read("work:latest-run", "/run.log") == b"begun\nover\n"


def test_first_signal_is_told_with_what_another_one_does(engine: FakeEngine) -> None:
    world = World(engine)
    for moment in (5, 6):
        world.interruptions.send("SIGTERM", at=moment)
    world.run()

    assert [note for note in world.progress.notes if note[0] == "passed-on"] == [("passed-on", {"signal": "SIGTERM"})]
