"""Coordination of jobber processes through the engine: claims, end notes, results and leftovers of ended processes.

A claim is a container that is never started and is named after the run: a name can exist only once. Its labels contain
its owner. If the owner is a process on this host, jobber checks whether it still runs. For other hosts, only the engine
has the information. The owner creates a new container, a beat, every minute that it holds the claim. If the youngest
beat is older than ten minutes, by the engine's clock, the claim is lost. A note is such a container as well.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from jobber.adapters.host.process_identity import current_owner, is_alive
from jobber.adapters.run_claims.helper_containers import _RUN, HelperContainer, RunCalls, claim_name, is_abandoned
from jobber.adapters.run_claims.lease import BEAT_SECONDS, HeldClaim
from jobber.domain.containers.leftovers import Leftover, LeftoverKind
from jobber.domain.errors import JobberError, NameTaken, RunTaken
from jobber.domain.images.reference import ImageId
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.policy import Outcome
from jobber.domain.runs.record import parse_ending

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from jobber.adapters.engine_api.shared_inputs import VolumeCalls
    from jobber.domain.images.image import Image

_DEAD_AFTER = timedelta(minutes=10)
_FORGOTTEN_AFTER = timedelta(days=1)
"""The age after which a helper container of a process on another machine is a leftover, unless it is a claim."""
_OUTCOME = "outcome"
_TRIES = 20


class SharedRunStore:
    """The run store over an engine's calls."""

    def __init__(
        self,
        calls: RunCalls,
        volumes: Callable[[], VolumeCalls],
        others: Callable[[], RunCalls],
        *,
        beat_seconds: float = BEAT_SECONDS,
    ) -> None:
        """Create a store; `others` returns calls for use in another thread."""
        self._calls = calls
        self._volumes = volumes
        self._others = others
        self._beat_seconds = beat_seconds

    def now(self) -> datetime:
        """Return the time of the engine's clock."""
        return self._calls.now()

    def hold(self, run: str, *, image: ImageId) -> HeldClaim:
        """Return the claim of the process that has watched the run to its end."""
        return self._held(run, image, None)

    def claim(self, run: str, *, image: ImageId) -> HeldClaim:
        """Claim a run. Raises `RunTaken`."""
        return self._held(run, image, self._make_claim(self._calls, run, image))

    def holder(self, run: str) -> str:
        """Return the owner of a run's claim; empty without a claim."""
        helper = self._calls.look(claim_name(run))
        return helper.owner if helper else ""

    def note_end(self, run: str, *, image: ImageId, outcome: Outcome) -> None:
        """Record the reason for which a job is being stopped; the first note stays."""
        facts = {_RUN: run, _OUTCOME: outcome.value, Label.PART: ""}
        with suppress(NameTaken):
            self._calls.make(_note_name(run), image=image, facts=facts)

    def noted_end(self, run: str) -> Outcome | None:
        """Return the recorded reason; None without a note."""
        helper = self._calls.look(_note_name(run))
        return Outcome(helper.facts[_OUTCOME]) if helper else None

    def results(self, run: str) -> Sequence[Image]:
        """List the images that carry a run's record, tagged ones first."""
        found = [commit for commit in self._calls.commits() if _run_of(commit.labels[Label.RUN]) == run]
        images = [self._calls.inspect(commit.id) for commit in found]
        return sorted(images, key=lambda image: (not image.references, not image.created, image.created, image.id))

    def forget(self, run: str) -> None:
        """Remove the notes of a run."""
        self._calls.remove(_note_name(run))

    def sweep(self) -> int:
        """Remove leftovers of ended processes; return how many were removed."""
        return sum(map(self._swept, self.leftovers()))

    def leftovers(self) -> Sequence[Leftover]:
        """List leftovers of ended processes."""
        return [*self._left_containers(), *self._left_images(), *self._left_volumes()]

    def _swept(self, left: Leftover) -> bool:
        try:
            match left.kind:
                case LeftoverKind.CONTAINER:
                    self._calls.remove(left.id)
                case LeftoverKind.IMAGE:
                    self._calls.remove_image(ImageId(left.id))
                case LeftoverKind.VOLUME:
                    return self._volumes().remove(left.id)
        except JobberError:
            return False
        return True

    def _held(self, run: str, image: ImageId, helper: str | None) -> HeldClaim:
        return HeldClaim(
            run, image=image, helper=helper, claim=self._make_claim, calls=self._others, seconds=self._beat_seconds
        )

    def _make_claim(self, calls: RunCalls, run: str, image: ImageId) -> str:
        name = claim_name(run)
        for _ in range(_TRIES):
            try:
                return calls.make(name, image=image, facts={_RUN: run, Label.PART: current_owner()})
            except NameTaken:
                holder = calls.look(name)
                if holder is None:
                    continue
                if not self._is_dead(calls, holder):
                    raise RunTaken(run, owner=holder.owner) from None
                calls.remove(holder.id)  # by its ID: another process may have taken the claim over at this very moment
        raise RunTaken(run, owner="")

    def _is_dead(self, calls: RunCalls, holder: HelperContainer) -> bool:
        alive = is_alive(holder.owner)
        if alive is not None:
            return not alive
        beats = [helper.created for helper in calls.helpers() if helper.name.startswith(f"{holder.name}-")]
        return calls.now() - max([holder.created, *beats]) > _DEAD_AFTER

    def _left_containers(self) -> Iterator[Leftover]:
        helpers = self._calls.helpers()
        runs = {helper.run for helper in helpers if helper.is_plan}
        now = self._calls.now()
        for helper in helpers:
            if not helper.is_plan and self._is_left(helper, runs=runs, now=now):
                what = f"of run {helper.run}" if helper.run else "to copy, claim or commit"
                yield Leftover(LeftoverKind.CONTAINER, helper.id, what, size=0)

    def _is_left(self, helper: HelperContainer, *, runs: set[str], now: datetime) -> bool:
        if helper.run and not helper.owner:  # a note: it is removed with its run
            return helper.run not in runs
        alive = is_alive(helper.owner)
        if alive is not None:
            return not alive
        limit = _DEAD_AFTER if helper.run and helper.run not in runs else _FORGOTTEN_AFTER
        return now - helper.created > limit

    def _left_images(self) -> Iterator[Leftover]:
        for commit in self._calls.commits():
            if not commit.references and is_abandoned(commit.labels):
                yield Leftover(LeftoverKind.IMAGE, commit.id, "a result half-way")

    def _left_volumes(self) -> Iterator[Leftover]:
        volumes = self._volumes()
        copies = volumes.list(Label.INPUT)
        markers = volumes.list(Label.COMPLETE)
        whole = {marker.labels[Label.COMPLETE] for marker in markers}
        cut = [copy for copy in copies if copy.name not in whole and is_alive(copy.labels.get(Label.PART, "")) is False]
        sizes = volumes.sizes() if cut else {}
        for copy in cut:
            yield Leftover(LeftoverKind.VOLUME, copy.name, "a copy that was cut short", size=sizes.get(copy.name))
        names = {copy.name for copy in copies}
        for marker in markers:
            if marker.labels[Label.COMPLETE] not in names:
                yield Leftover(LeftoverKind.VOLUME, marker.name, "the marker of a copy that is gone", size=0)


def _note_name(run: str) -> str:
    return f"jobber-end-{run}"


def _run_of(label: str) -> str | None:
    recorded = parse_ending(label)
    return recorded[0] if recorded else None
