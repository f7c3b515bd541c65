"""Claims of runs on the fake engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobber.domain.errors import ClaimLost

if TYPE_CHECKING:
    from jobber.adapters.fake.store import Store


@dataclass(slots=True)
class FakeClaim:
    """A claim that somebody holds until they release it, or are dead."""

    store: Store
    run: str
    is_dead: bool = False
    is_made: bool = True
    """Whether others see it; the claim of the run's own jobber is not made for the few minutes that it takes."""

    def check(self) -> None:
        """Go on only if the claim is still ours. Raises `ClaimLost`."""
        if self.is_made and self.store.claims.get(self.run) is not self:
            raise ClaimLost(self.run)

    def release(self) -> None:
        """Give it back."""
        if self.store.claims.get(self.run) is self:
            del self.store.claims[self.run]
