"""The run store of the fake: coordinates jobber processes through the engine."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from jobber.adapters.fake.claims import FakeClaim
from jobber.domain.containers.leftovers import Leftover, LeftoverKind
from jobber.domain.errors import ImageNotFound, RunTaken
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.record import parse_ending, parse_plan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from jobber.adapters.fake.store import Store
    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageId
    from jobber.domain.runs.policy import Outcome


class FakeRuns:
    """The run store of a fake engine."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._call = contextmanager(store.call)

    def now(self) -> datetime:
        """Return the time of the engine's clock in whole seconds, as in HTTP headers."""
        return self._store.clock.now().replace(microsecond=0)

    def hold(self, run: str, *, image: ImageId) -> FakeClaim:
        """Hold a run that this process watched to its end. Raises `ImageNotFound`."""
        self._check(image)
        return FakeClaim(self._store.claims, run, is_made=False)

    def claim(self, run: str, *, image: ImageId) -> FakeClaim:
        """Claim a run. Raises `RunTaken`, `ImageNotFound`."""
        with self._call("claim-run"):
            self._check(image)
            held = self._store.claims.get(run)
            if held is not None and not held.is_dead:
                raise RunTaken(run, owner="fake/boot/1/1")
            claim = self._store.claims[run] = FakeClaim(self._store.claims, run)
            return claim

    def holder(self, run: str) -> str:
        """Return the owner of a run's claim; empty without a claim."""
        return "fake/boot/1/1" if run in self._store.claims else ""

    def note_end(self, run: str, *, image: ImageId, outcome: Outcome) -> None:
        """Record the reason for ending a job. Raises `ImageNotFound`."""
        with self._call("note-end"):
            self._check(image)
            self._store.notes.setdefault(run, outcome)

    def noted_end(self, run: str) -> Outcome | None:
        """Return the recorded reason for ending a job; None without one."""
        return self._store.notes.get(run)

    def results(self, run: str) -> Sequence[Image]:
        """Return the images with a run's record, those with tags first."""
        with self._call("results"):
            images = [self._store.describe(stored) for stored in self._store.images.values()]
        recorded = [(parse_ending(image.labels.get(Label.RUN, "")), image) for image in images]
        found = [image for ending, image in recorded if ending is not None and ending[0] == run]
        return sorted(found, key=lambda image: (not image.references, not image.created, image.created, image.id))

    def forget(self, run: str) -> None:
        """Remove the notes of a run."""
        self._store.notes.pop(run, None)

    def sweep(self) -> int:
        """Remove leftovers of ended processes; return how many."""
        with self._call("sweep"):
            orphaned, left = self._orphaned(), self._left()
            for run in orphaned:
                del self._store.claims[run]
            for run in left:
                del self._store.notes[run]
            return len(orphaned) + len(left)

    def leftovers(self) -> Sequence[Leftover]:
        """Return the leftovers of ended processes."""
        with self._call("leftovers"):
            runs = (*self._orphaned(), *self._left())
            return [Leftover(LeftoverKind.CONTAINER, f"jobber-{run}", f"of run {run}", size=0) for run in runs]

    def _orphaned(self) -> Sequence[str]:
        """Return the runs whose claim belongs to an ended process."""
        return [run for run, claim in self._store.claims.items() if claim.is_dead]

    def _left(self) -> Sequence[str]:
        """Return the runs that have notes but no container any more."""
        labels = [stored.labels.get(Label.RUN, "") for stored in self._store.containers.values()]
        runs = {plan.id for label in labels if (plan := parse_plan(label))}
        return [run for run in self._store.notes if run not in runs]

    def _check(self, image: ImageId) -> None:
        if image not in self._store.images:
            raise ImageNotFound(image)
