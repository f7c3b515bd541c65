"""The report of a copy."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class CopyReport:
    """Counts of a copy, so far or in total."""

    destination: str
    """The destination: the copied file, or the directory that contains the copies."""
    files: int = 0
    directories: int = 0
    """The number of directories created."""
    links: int = 0
    bytes: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)
    """Entries that were skipped: the path in the image, and the reason."""

    def facts(self) -> dict[str, object]:
        """Return the report as a JSON object."""
        return {
            "destination": self.destination,
            "files": self.files,
            "directories": self.directories,
            "links": self.links,
            "bytes": self.bytes,
            "skipped": [{"path": path, "why": why} for path, why in self.skipped],
        }
