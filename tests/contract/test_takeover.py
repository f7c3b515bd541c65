"""Two machines and one run, on real engines: the other machine is a host name of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from jobber.adapters.discovery.connect import connect
from jobber.adapters.run_claims.parts import RunCalls, claim_name
from jobber.adapters.run_claims.run_store import SharedRunStore
from jobber.domain.errors import RunTaken
from jobber.domain.images.reference import ImageId
from jobber.domain.ports import Engine
from jobber.testing import FakeProgress
from jobber.testing.contract import build_base

SECONDS = 60
FEW_MINUTES, LONG = timedelta(minutes=9), timedelta(minutes=11)
_ELSEWHERE = ("unshare", "--uts", "sh", "-c", 'hostname far-away && exec "$@"', "sh")


class _At:
    """An engine's calls when its clock says this."""

    def __init__(self, calls: RunCalls, moment: datetime) -> None:
        self._calls = calls
        self._moment = moment

    def now(self) -> datetime:
        return self._moment

    def __getattr__(self, name: str) -> object:
        return getattr(self._calls, name)


class Meeting:
    """A run that another machine holds, and this one."""

    def __init__(self, address: str, folder: Path) -> None:
        self.engine: Engine = connect(host=address, choice="auto", environment={}, progress=FakeProgress())
        self.image: ImageId = self.engine.images.inspect(build_base(self.engine, folder)).id
        self.run = str(uuid.uuid4())
        words = [sys.executable, str(Path(__file__).with_name("far_away.py")), address, self.run, self.image]
        self.far = subprocess.Popen(
            [*_ELSEWHERE, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.far.stdout is not None
        assert self.far.stdout.readline() == "claimed\n", self.far.communicate()

    def beats(self) -> list[datetime]:
        """Return the times of the other machine's renewals that exist."""
        prefix = f"{claim_name(self.run)}-"
        return [part.created for part in self._runs._calls.parts() if part.name.startswith(prefix)]

    def await_beat(self) -> datetime:
        """The moment of a beat."""
        give_up = time.monotonic() + SECONDS
        while not (beats := self.beats()):
            assert time.monotonic() < give_up
            time.sleep(0.05)
        return max(beats)

    def at(self, moment: datetime) -> SharedRunStore:
        """Return the runs at a time of the engine's clock."""
        runs = self._runs
        return SharedRunStore(_At(runs._calls, moment), runs._volumes, runs._others)  # type: ignore[arg-type]

    def becomes(self, wanted: str) -> str:
        """Return the state of the claim on the other machine, at a time or at the end."""
        said, complained = self.far.communicate(wanted, timeout=SECONDS)
        assert self.far.returncode == 0, complained
        return said.strip()

    def end(self) -> None:
        """Take away what is left."""
        self.far.kill()
        self.far.wait(SECONDS)
        for part in self._runs._calls.parts():
            if part.name.startswith(claim_name(self.run)):
                self._runs._calls.remove(part.id)
        self.engine.close()

    @property
    def _runs(self) -> SharedRunStore:
        runs = self.engine.runs
        assert isinstance(runs, SharedRunStore)
        return runs


@pytest.fixture
def meeting(engine_address: str, tmp_path: Path) -> Iterator[Meeting]:
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("a host name of its own needs root and unshare")
    made = Meeting(engine_address, tmp_path)
    yield made
    made.end()


def test_run_of_another_machine_is_left_to_it_while_it_beats(meeting: Meeting) -> None:
    beat = meeting.await_beat()
    with pytest.raises(RunTaken) as caught:
        meeting.at(beat + FEW_MINUTES).claim(meeting.run, image=meeting.image)

    assert caught.value.owner.startswith("far-away/")
    assert meeting.becomes("held") == "held"
    assert meeting.at(beat).holder(meeting.run) == ""
    assert meeting.beats() == []


def test_run_of_another_machine_is_taken_over_when_its_beats_have_stopped(meeting: Meeting) -> None:
    beat = meeting.await_beat()
    ours = meeting.at(beat + LONG).claim(meeting.run, image=meeting.image)
    verdict = meeting.becomes("lost")
    ours.check()
    holder = meeting.at(beat).holder(meeting.run)
    ours.release()

    assert verdict == "lost"
    assert not holder.startswith("far-away/")
    assert meeting.at(beat).holder(meeting.run) == ""
    assert meeting.beats() == []


def test_what_another_machine_has_left_is_swept_when_it_is_old(meeting: Meeting) -> None:
    beat = meeting.await_beat()
    meeting.far.kill()
    meeting.far.communicate(timeout=SECONDS)
    early = meeting.at(beat)
    early.sweep()
    held = early.holder(meeting.run)
    meeting.at(max(meeting.beats()) + LONG).sweep()

    assert held.startswith("far-away/")
    assert early.holder(meeting.run) == ""
    assert meeting.beats() == []
