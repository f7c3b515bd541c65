"""Claims of runs: their holder, their renewal, and their remains."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from jobber.adapters.host.process_identity import current_owner
from jobber.adapters.run_claims import lease
from jobber.adapters.run_claims.lease import HeldClaim
from jobber.adapters.run_claims.parts import Part, claim_name, part_of
from jobber.adapters.run_claims.run_store import SharedRunStore
from jobber.domain.errors import ClaimLost, EngineLost, NameTaken, RunTaken
from jobber.domain.images.image import Image, ListedImage
from jobber.domain.images.reference import ImageId
from jobber.domain.runs.label_names import Label

IMAGE = ImageId("sha256:" + "1" * 64)
FAR = "far-away/boot/1/1"
FEW_MINUTES, LONG = timedelta(minutes=9), timedelta(minutes=11)
SECONDS = 20


@dataclass
class Names:
    """An engine that has names, labels and a clock, and nothing else."""

    moment: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    there: dict[str, Part] = field(default_factory=dict)
    is_away: bool = False
    beats: threading.Event = field(default_factory=threading.Event)
    _ids: Iterator[int] = field(default_factory=count)

    def now(self) -> datetime:
        return self.moment

    def make(self, name: str, *, image: ImageId, facts: Mapping[str, str]) -> str:
        assert image == IMAGE
        if self.is_away:
            raise EngineLost("a call", why="it is away")
        if name in self.there:
            raise NameTaken(name)
        labels = {str(Label.RUN): json.dumps({Label.PART: current_owner(), **facts})}
        id_ = f"id{next(self._ids)}"
        self.there[name] = part_of(id_=id_, name=name, labels=labels, created=self.moment.isoformat())
        if name[-1].isdigit() and name[-2] == "-":
            self.beats.set()
        return id_

    def look(self, name: str) -> Part | None:
        return next((part for part in self.there.values() if name in (part.name, part.id)), None)

    def parts(self) -> Sequence[Part]:
        return [*self.there.values()]

    def remove(self, part: str) -> None:
        found = self.look(part)
        if found is not None:
            del self.there[found.name]

    def commits(self) -> Sequence[ListedImage]:
        return []

    def inspect(self, image: ImageId) -> Image:
        raise NotImplementedError

    def remove_image(self, image: ImageId) -> None:
        raise NotImplementedError

    def close(self) -> None:
        pass


class NoVolumes:
    def list(self, _label: str) -> Sequence[object]:
        return []


@pytest.fixture
def names() -> Names:
    return Names()


@pytest.fixture
def runs(names: Names) -> SharedRunStore:
    return _store(names)


def _store(names: Names, *, beat_seconds: float = 3600) -> SharedRunStore:
    return SharedRunStore(names, NoVolumes, lambda: names, beat_seconds=beat_seconds)  # type: ignore[arg-type]


@pytest.fixture
def far(names: Names, monkeypatch: pytest.MonkeyPatch) -> Iterator[HeldClaim]:
    """A claim of run `r` by a jobber process of another machine, which is renewed on request."""
    with monkeypatch.context() as there:
        there.setattr(socket, "gethostname", lambda: "far-away")
        claim = _store(names).claim("r", image=IMAGE)
    yield claim
    claim.release()


def _beat(claim: HeldClaim, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as there:
        there.setattr(socket, "gethostname", lambda: "far-away")
        claim._beat_now()


def test_another_machine_keeps_its_claim_for_some_minutes_without_a_beat(
    names: Names, runs: SharedRunStore, far: HeldClaim
) -> None:
    names.moment += FEW_MINUTES

    with pytest.raises(RunTaken) as caught:
        runs.claim("r", image=IMAGE)
    assert caught.value.owner.startswith("far-away/")
    far.check()


def test_another_machine_that_beats_keeps_its_claim_for_ever(
    names: Names, runs: SharedRunStore, far: HeldClaim, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        names.moment += FEW_MINUTES
        _beat(far, monkeypatch)

    with pytest.raises(RunTaken):
        runs.claim("r", image=IMAGE)
    assert sorted(names.there) == [claim_name("r"), f"{claim_name('r')}-5"]


def test_another_machine_whose_beats_stop_loses_its_claim_and_hears_of_it(
    names: Names, runs: SharedRunStore, far: HeldClaim, monkeypatch: pytest.MonkeyPatch
) -> None:
    _beat(far, monkeypatch)
    names.moment += LONG
    ours = runs.claim("r", image=IMAGE)
    _beat(far, monkeypatch)

    ours.check()
    with pytest.raises(ClaimLost):
        far.check()
    far.release()
    assert [*names.there] == [claim_name("r")]
    ours.release()
    assert not names.there


def test_one_who_has_slept_looks_anew_before_it_goes_on(
    names: Names, runs: SharedRunStore, far: HeldClaim, monkeypatch: pytest.MonkeyPatch
) -> None:
    names.moment += LONG
    ours = runs.claim("r", image=IMAGE)
    awake = lease._now()
    monkeypatch.setattr(lease, "_now", lambda: awake + 3 * 3600)

    with pytest.raises(ClaimLost):
        far.check()
    ours.release()


def test_beats_come_by_themselves_and_go_with_the_claim(names: Names) -> None:
    claim = _store(names, beat_seconds=0.01).claim("r", image=IMAGE)
    came = names.beats.wait(SECONDS)
    claim.release()

    assert came
    assert not names.there


def test_the_runs_own_jobber_claims_with_its_first_beat(names: Names, runs: SharedRunStore) -> None:
    claim = _store(names).hold("r", image=IMAGE)
    before = runs.holder("r")
    claim._beat_now()
    after = runs.holder("r")
    claim.release()

    assert (before, after) == ("", current_owner())
    assert not names.there


def test_the_runs_own_jobber_that_comes_too_late_for_its_first_beat_has_lost(
    names: Names, runs: SharedRunStore
) -> None:
    claim = _store(names).hold("r", image=IMAGE)
    another = runs.claim("r", image=IMAGE)
    claim._beat_now()

    with pytest.raises(ClaimLost):
        claim.check()
    claim.release()
    assert runs.holder("r") == current_owner()
    another.release()


def test_an_engine_that_is_away_costs_no_claim(names: Names, far: HeldClaim, monkeypatch: pytest.MonkeyPatch) -> None:
    names.is_away = True
    _beat(far, monkeypatch)
    names.is_away = False
    _beat(far, monkeypatch)

    far.check()
    assert f"{claim_name('r')}-2" in names.there


def test_a_beat_that_a_dead_holder_has_left_is_in_nobodys_way(names: Names, runs: SharedRunStore) -> None:
    names.make(f"{claim_name('r')}-1", image=IMAGE, facts={"run": "r", Label.PART: FAR})
    claim = runs.claim("r", image=IMAGE)
    claim._beat_now()

    claim.check()
    assert names.there[f"{claim_name('r')}-1"].owner == current_owner()
    claim.release()


def test_claims_and_beats_of_another_machine_are_swept_when_they_are_old(names: Names, runs: SharedRunStore) -> None:
    names.make(claim_name("r"), image=IMAGE, facts={"run": "r", Label.PART: FAR})
    names.make(f"{claim_name('r')}-1", image=IMAGE, facts={"run": "r", Label.PART: FAR})
    names.moment += FEW_MINUTES
    early = runs.sweep()
    names.moment += FEW_MINUTES

    assert (early, runs.sweep()) == (0, 2)
    assert not names.there


def test_parts_of_another_machine_that_are_about_no_run_are_left_for_a_day(names: Names, runs: SharedRunStore) -> None:
    names.make("jobber-claim-x", image=IMAGE, facts={Label.PART: FAR})
    names.moment += timedelta(hours=23)
    early = runs.sweep()
    names.moment += timedelta(hours=2)

    assert (early, runs.sweep()) == (0, 1)
