"""What jobbers tell each other about runs, by way of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from jobber.domain.containers.leftovers import Leftover
    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageId
    from jobber.domain.runs.policy import Outcome


class Claim(Protocol):
    """The right to finish one run, which one jobber has at a time."""

    def check(self) -> None:
        """Go on only if the right is still ours. Raises `ClaimLost`."""

    def release(self) -> None:
        """Give the right back. Releasing twice is no error."""


class RunStore(Protocol):
    """What jobbers tell each other about runs, by way of the engine alone."""

    def now(self) -> datetime:
        """The engine's clock, to the second."""

    def hold(self, run: str, *, image: ImageId) -> Claim:
        """The claim of the jobber that has watched the run to its end: nothing is made unless it takes long."""

    def claim(self, run: str, *, image: ImageId) -> Claim:
        """Claim a run. One process at a time has it, and one that is no more loses it. Raises `RunTaken`."""

    def holder(self, run: str) -> str:
        """Who has claimed a run, as `Label.PART` has it; empty where nobody has."""

    def note_end(self, run: str, *, image: ImageId, outcome: Outcome) -> None:
        """Note why a job is asked to end before it is; the first note of a run stays."""

    def noted_end(self, run: str) -> Outcome | None:
        """What was noted."""

    def results(self, run: str) -> Sequence[Image]:
        """The images that carry a run's record, a whole one: those with tags first, then as they were made."""

    def forget(self, run: str) -> None:
        """Remove the notes of a run."""

    def sweep(self) -> int:
        """Remove what jobbers that are no more left half-done, and how many things that were.

        Those are containers and notes of no run, copies of inputs without a marker, and unfinished images;
        never anything of a process that is alive, or may be.
        """

    def leftovers(self) -> Sequence[Leftover]:
        """What `sweep` would remove now."""
