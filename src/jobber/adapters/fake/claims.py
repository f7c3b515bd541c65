"""Claims of runs on the fake engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobber.domain.errors import ClaimLost

if TYPE_CHECKING:
    from collections.abc import MutableMapping


@dataclass(slots=True)
class FakeClaim:
    """A claim that somebody holds until they release it, or are dead."""

    claims: MutableMapping[str, FakeClaim]
    """All claims of the engine, by run."""
    run: str
    is_dead: bool = False
    is_made: bool = True
    """Whether others see it; the claim of the run's own jobber is not made for the few minutes that it takes."""

    def check(self) -> None:
        """Go on only if the claim is still ours. Raises `ClaimLost`."""
        if self.is_made and self.claims.get(self.run) is not self:
            raise ClaimLost(self.run)

    def release(self) -> None:
        """Give it back."""
        if self.claims.get(self.run) is self:
            del self.claims[self.run]
