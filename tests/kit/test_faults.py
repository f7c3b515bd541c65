"""Faults that tests inject, and the reactions of jobber."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from jobber.adapters.fake.faults import Signal
from jobber.domain.containers.events import FORWARDED_SIGNALS
from jobber.domain.errors import EngineFailed, EngineLost, ImageNotFound
from jobber.testing import Call, FakeCommandLine, FakeEngine, FakeRegistry, Job, Phase


def work(job: Job) -> int:
    job.on_signal("SIGINT", 5)
    job.say("one\n")
    job.sleep(1)
    job.say("two\n")
    job.files.write("/made", "x")
    job.sleep(1)
    return 0


@pytest.fixture
def cli(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> FakeCommandLine:
    jobber_engine.image("work", run=work)
    return jobber_cli


def test_refused_push_leaves_the_result_with_its_tags(
    cli: FakeCommandLine, jobber_engine: FakeEngine, jobber_registry: FakeRegistry
) -> None:
    name = f"{jobber_registry.host}/work"
    jobber_engine.image(name, run=work)
    assert cli("push", name).exit_status == 0
    jobber_registry.refuse_pushes(name, why="quota exceeded")
    ran = cli("run", name)

    assert ran.exit_status == 125
    assert "quota exceeded" in ran.err
    assert f"jobber push {name}:latest-run" in ran.err
    assert f"{name}:latest-run" in ran.tags


def test_run_with_lost_output_can_be_recovered(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.faults.lose_output(after=1)
    ran = cli("run", "work")
    jobber_engine.clock.advance(10)
    recovered = cli("recover")

    assert (ran.exit_status, ran.out, recovered.exit_status) == (125, "one\n", 0)
    assert jobber_engine.read("work:latest-run", "/run.log") == b"one\ntwo\n"


def test_commit_that_timed_out_after_its_success_is_not_repeated(
    cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    jobber_engine.faults.time_out("commit")
    ran = cli("run", "work")
    recovered = cli("recover")

    assert (ran.exit_status, recovered.exit_status) == (125, 0)
    assert jobber_engine.journal.count("commit") == 1
    assert jobber_engine.read("work:latest-run", "/made") == b"x"


def test_stopped_daemon_is_reported_and_returns_with_its_state(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.faults.disappear(at="commit")
    lost = cli("run", "work")
    gone = cli("run", "work")
    jobber_engine.faults.reappear()
    recovered = cli("recover")

    assert (lost.exit_status, gone.exit_status, recovered.exit_status) == (125, 125, 0)
    assert "no container engine responds" in gone.err
    assert jobber_engine.read("work:latest-run", "/made") == b"x"


def test_daemon_can_stop_immediately(jobber_engine: FakeEngine) -> None:
    jobber_engine.faults.disappear()

    with pytest.raises(EngineLost):
        jobber_engine.images.inspect("work")


def test_full_disk_loses_nothing(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.image("fill", run=lambda _job: jobber_engine.faults.fill_disk())
    ran = cli("run", "fill")
    refused = cli("run", "work")
    jobber_engine.faults.free_disk()
    recovered = cli("recover")

    assert (ran.exit_status, refused.exit_status, recovered.exit_status) == (125, 125, 0)
    assert "no space left on device" in ran.err
    assert "no space left on device" in refused.err
    assert "fill:latest-run" in recovered.tags


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        ("pull", (130, False)),
        ("create", (130, False)),
        ("start", (130, True)),
        ("stream", (130, True)),
        ("commit", (0, True)),
    ],
)
def test_signal_arrives_in_a_phase(
    cli: FakeCommandLine, jobber_engine: FakeEngine, phase: Phase, expected: tuple[int, bool]
) -> None:
    name = f"{jobber_engine.remote.host}/work"
    jobber_engine.image(name, run=work)
    cli("push", name)
    jobber_engine.faults.signal("SIGINT", at=phase)
    ran = cli("run", "--no-push", name)

    assert (ran.exit_status, ran.image is not None) == expected


def test_injected_error_is_raised_the_given_number_of_times(jobber_engine: FakeEngine) -> None:
    jobber_engine.image("work", run=work)
    jobber_engine.faults.fail("inspect", EngineFailed("inspect", why="tired"), times=2, spared=1)
    seen: list[object] = []
    for _ in range(4):
        try:
            seen.append(bool(jobber_engine.images.inspect("nobody")))
        except (EngineFailed, ImageNotFound) as error:
            seen.append(type(error))

    assert seen == [ImageNotFound, EngineFailed, EngineFailed, ImageNotFound]


def test_calls_have_subject_and_time(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    cli("run", "work")
    tagged = [call for call in jobber_engine.calls if call.name == "tag"]

    assert tagged == [Call("tag", "work:latest-run", 2.0)]


def test_fault_does_not_affect_other_calls(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.faults.fail("push", EngineFailed("push", why="no"))

    assert cli("run", "work").exit_status == 0


@pytest.mark.parametrize("signal", get_args(Signal))
def test_known_signals_are_those_that_jobber_handles(signal: str) -> None:
    assert signal in ("SIGINT", "SIGTERM", "SIGHUP", *FORWARDED_SIGNALS)


@pytest.mark.parametrize("let", ["fail", "time_out", "disappear", "signal"])
def test_error_for_an_unknown_call_suggests_the_most_similar(jobber_engine: FakeEngine, let: str) -> None:
    faults: Any = jobber_engine.faults
    calls = {
        "fail": lambda: faults.fail("comit", EngineFailed("commit", why="no")),
        "time_out": lambda: faults.time_out("comit"),
        "disappear": lambda: faults.disappear(at="comit"),
        "signal": lambda: faults.signal("SIGINT", at="comit"),
    }

    with pytest.raises(ValueError, match=r"there is no call 'comit': did you mean commit\?"):
        calls[let]()


def test_signal_that_jobber_does_not_handle_is_an_error(jobber_engine: FakeEngine) -> None:
    faults: Any = jobber_engine.faults

    with pytest.raises(ValueError, match=r"'SIGTERN': did you mean SIGTERM\?"):
        faults.signal("SIGTERN", at="commit")


def test_every_call_of_the_journal_can_be_made_to_fail(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    cli("run", "work")
    cli("recover")
    cli("prune", "--dry-run")
    cli("ls")

    assert set(jobber_engine.journal) <= set(get_args(Phase))


@pytest.mark.parametrize("phase", ["claim", "tag", "push", "remove"])
def test_command_returns_if_the_engine_stops_after_the_commit(
    cli: FakeCommandLine, jobber_engine: FakeEngine, jobber_registry: FakeRegistry, phase: Phase
) -> None:
    name = f"{jobber_registry.host}/work"
    jobber_engine.image(name, run=work)
    cli("push", name)
    jobber_engine.faults.disappear(at=phase)
    ran = cli("run", name)

    assert ran.exit_status == 125
    assert "hint:" in ran.err
    assert ran.image is not None
    assert jobber_engine.journal[-1] != "inspect"


def test_unreceived_signal_ends_with_its_command(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.faults.signal("SIGINT", at="remove")

    assert cli("run", "work").exit_status == 0
    assert cli("ls").exit_status == 0


def test_signal_waits_for_its_time_on_the_clock(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.interruptions.send("SIGINT", at=jobber_engine.clock.monotonic() + 0.5)

    assert cli("ls").exit_status == 0
    assert cli("run", "work").exit_status == 130
