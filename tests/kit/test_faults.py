"""Injected failures, and jobber's reaction to them."""

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


def test_lost_output_leaves_a_run_to_recover(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.faults.lose_output(after=1)
    ran = cli("run", "work")
    jobber_engine.clock.advance(10)
    recovered = cli("recover")

    assert (ran.exit_status, ran.out, recovered.exit_status) == (125, "one\n", 0)
    assert jobber_engine.read("work:latest-run", "/run.log") == b"one\ntwo\n"


def test_commit_that_times_out_has_done_its_work_and_is_not_repeated(
    cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    jobber_engine.faults.time_out("commit")
    ran = cli("run", "work")
    recovered = cli("recover")

    assert (ran.exit_status, recovered.exit_status) == (125, 0)
    assert jobber_engine.journal.count("commit") == 1
    assert jobber_engine.read("work:latest-run", "/made") == b"x"


def test_daemon_that_is_gone_is_told_and_comes_back_with_all_it_had(
    cli: FakeCommandLine, jobber_engine: FakeEngine
) -> None:
    jobber_engine.faults.disappear(at="commit")
    lost = cli("run", "work")
    gone = cli("run", "work")
    jobber_engine.faults.reappear()
    recovered = cli("recover")

    assert (lost.exit_status, gone.exit_status, recovered.exit_status) == (125, 125, 0)
    assert "no container engine responds" in gone.err
    assert jobber_engine.read("work:latest-run", "/made") == b"x"


def test_daemon_can_be_gone_at_once(jobber_engine: FakeEngine) -> None:
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
def test_signal_at_a_phase(
    cli: FakeCommandLine, jobber_engine: FakeEngine, phase: Phase, expected: tuple[int, bool]
) -> None:
    name = f"{jobber_engine.remote.host}/work"
    jobber_engine.image(name, run=work)
    cli("push", name)
    jobber_engine.faults.signal("SIGINT", at=phase)
    ran = cli("run", "--no-push", name)

    assert (ran.exit_status, ran.image is not None) == expected


def test_fault_of_ones_own_strikes_as_often_as_it_is_told(jobber_engine: FakeEngine) -> None:
    jobber_engine.image("work", run=work)
    jobber_engine.faults.fail("inspect", EngineFailed("inspect", why="tired"), times=2, spared=1)
    seen: list[object] = []
    for _ in range(4):
        try:
            seen.append(bool(jobber_engine.images.inspect("nobody")))
        except (EngineFailed, ImageNotFound) as error:
            seen.append(type(error))

    assert seen == [ImageNotFound, EngineFailed, EngineFailed, ImageNotFound]


def test_calls_say_what_they_were_about_and_when(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    cli("run", "work")
    tagged = [call for call in jobber_engine.calls if call.name == "tag"]

    assert tagged == [Call("tag", "work:latest-run", 2.0)]


def test_other_call_is_spared_by_a_fault(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.faults.fail("push", EngineFailed("push", why="no"))

    assert cli("run", "work").exit_status == 0


@pytest.mark.parametrize("signal", get_args(Signal))
def test_signals_are_those_that_jobber_takes(signal: str) -> None:
    assert signal in ("SIGINT", "SIGTERM", "SIGHUP", *FORWARDED_SIGNALS)


@pytest.mark.parametrize("let", ["fail", "time_out", "disappear", "signal"])
def test_call_that_there_is_not_is_told_with_the_nearest(jobber_engine: FakeEngine, let: str) -> None:
    faults: Any = jobber_engine.faults
    calls = {
        "fail": lambda: faults.fail("comit", EngineFailed("commit", why="no")),
        "time_out": lambda: faults.time_out("comit"),
        "disappear": lambda: faults.disappear(at="comit"),
        "signal": lambda: faults.signal("SIGINT", at="comit"),
    }

    with pytest.raises(ValueError, match=r"there is no call 'comit': did you mean commit\?"):
        calls[let]()


def test_signal_that_jobber_does_not_take_is_told(jobber_engine: FakeEngine) -> None:
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
def test_command_returns_also_where_the_engine_is_gone_after_the_commit(
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


def test_signal_that_nobody_took_ends_with_its_command(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.faults.signal("SIGINT", at="remove")

    assert cli("run", "work").exit_status == 0
    assert cli("ls").exit_status == 0


def test_signal_at_a_moment_of_the_clock_waits_for_it(cli: FakeCommandLine, jobber_engine: FakeEngine) -> None:
    jobber_engine.interruptions.send("SIGINT", at=jobber_engine.clock.monotonic() + 0.5)

    assert cli("ls").exit_status == 0
    assert cli("run", "work").exit_status == 130
