"""The port through which jobber processes coordinate runs: the engine stores all shared state."""

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
    """The right to finish one run, which one jobber process has at a time."""

    def check(self) -> None:
        """Check that this process still has the claim.

        Raises:
            ClaimLost: Another process has taken the claim.

        """

    def release(self) -> None:
        """Release the claim. Releasing twice is not an error."""


class RunStore(Protocol):
    """The coordination of jobber processes through the engine alone: claims, end notes, results."""

    def now(self) -> datetime:
        """Return the time of the engine's clock.

        Returns:
            The time, with a precision of one second.

        """

    def hold(self, run: str, *, image: ImageId) -> Claim:
        """Hold a run that this process watched to its end; a claim is created only if finishing takes long.

        Args:
            run: The ID of the run.
            image: The ID of the image for the helper container that stores it: the run's code image.

        Returns:
            The claim.

        """

    def claim(self, run: str, *, image: ImageId) -> Claim:
        """Claim a run. One process at a time has the claim; a process that has ended loses it.

        Args:
            run: The ID of the run.
            image: The ID of the image for the helper container that stores it: the run's code image.

        Returns:
            The claim.

        Raises:
            RunTaken: Another process has the claim.

        """

    def holder(self, run: str) -> str:
        """Return the owner of a run's claim.

        Args:
            run: The ID of the run.

        Returns:
            The owner (format: see `Label.PART`); empty if there is none.

        """

    def note_end(self, run: str, *, image: ImageId, outcome: Outcome) -> None:
        """Record the outcome of a job before requesting its end; the first note of a run is kept.

        Args:
            run: The ID of the run.
            image: The ID of the image for the helper container that stores it: the run's code image.
            outcome: The outcome that the end of the job causes.

        """

    def noted_end(self, run: str) -> Outcome | None:
        """Return the outcome recorded by `note_end`.

        Args:
            run: The ID of the run.

        Returns:
            The outcome; None if none was recorded.

        """

    def results(self, run: str) -> Sequence[Image]:
        """Return the images that carry a complete record of a run.

        Args:
            run: The ID of the run.

        Returns:
            The images: those with tags first, then in the order of their creation.

        """

    def forget(self, run: str) -> None:
        """Remove the notes of a run.

        Args:
            run: The ID of the run.

        """

    def sweep(self) -> int:
        """Remove leftovers of ended processes.

        Leftovers are containers and notes without a run, copies of inputs without a marker, and unfinished images.
        Objects of a process that runs, or may run, are never removed.

        Returns:
            The number of removed objects.

        """

    def leftovers(self) -> Sequence[Leftover]:
        """Return the leftovers that `sweep` would remove now.

        Returns:
            The leftovers.

        """
