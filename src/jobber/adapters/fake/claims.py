"""Claims of runs on the fake engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobber.domain.errors import ClaimLost

if TYPE_CHECKING:
    from collections.abc import MutableMapping


@dataclass(slots=True)
class FakeClaim:
    """A claim that is held until its owner releases it, or its owner's process has ended."""

    claims: MutableMapping[str, FakeClaim]
    """All claims of the engine, by run."""
    run: str
    is_dead: bool = False
    is_made: bool = True
    """True if other processes see the claim.

    The process that started the run creates no claim for the few minutes that it needs.
    """

    def check(self) -> None:
        """Check that the claim is still held. Raises `ClaimLost`."""
        if self.is_made and self.claims.get(self.run) is not self:
            raise ClaimLost(self.run)

    def release(self) -> None:
        """Release the claim."""
        if self.claims.get(self.run) is self:
            del self.claims[self.run]
