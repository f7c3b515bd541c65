"""Warnings of builders: each is reported once, no matter how much of the build's output is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobber.adapters.credentials.redaction import masked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobber.domain.images.credentials import Credentials
    from jobber.domain.ports.progress import Progress


@dataclass(slots=True)
class BuildWarnings:
    """The warnings of one build."""

    progress: Progress
    secrets: Iterable[Credentials | None] = ()
    _told: set[str] = field(init=False, default_factory=set)

    def tell(self, text: str) -> None:
        """Report a warning, without credentials."""
        text = masked(text.strip(), self.secrets)
        if text and text not in self._told:
            self._told.add(text)
            self.progress.warn("build-warning", text=text)
