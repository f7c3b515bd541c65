"""`--since`, counted back from the time of the engine under test."""

from __future__ import annotations

import pytest

from jobber.testing import FakeCommandLine, FakeEngine, Job


def speaks(job: Job) -> int:
    job.say("early\n")
    job.sleep(100)
    job.say("late\n")
    job.sleep(1000)
    return 0


@pytest.mark.parametrize("command", ["logs", "attach"])
def test_since_counts_from_the_clock_of_the_engine(
    jobber_cli: FakeCommandLine, jobber_engine: FakeEngine, command: str
) -> None:
    jobber_engine.image("slow", run=speaks)
    run = jobber_cli("run", "--detach", "slow").out.strip()
    jobber_engine.clock.advance(110)

    assert jobber_cli(command, "--since", "60s", run).out == "late\n"
