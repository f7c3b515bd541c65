"""What came of copying files out of an image."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class CopyReport:
    """How much was copied, so far or in all."""

    destination: str
    """The file, or the directory that they are in."""
    files: int = 0
    directories: int = 0
    """Those that were made."""
    links: int = 0
    octets: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)
    """What can't be copied, by its path in the image, and why."""

    def facts(self) -> dict[str, object]:
        """All of it."""
        return {
            "destination": self.destination,
            "files": self.files,
            "directories": self.directories,
            "links": self.links,
            "bytes": self.octets,
            "skipped": [{"path": path, "why": why} for path, why in self.skipped],
        }
