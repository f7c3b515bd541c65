"""The context of a build in the form for Podman, without files of jobber's own that an instruction could copy.

Podman's API takes ignore rules beside the archive, and if there are any, it does not read an ignore file. jobber sends
the Dockerfile under a name that the only rule hides, and applies the user's own rules before it sends the archive.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobber.adapters.build_context import (
    PODMAN_IGNORE_FILES,
    ContextArchive,
    linked_files,
    read_build_files,
    unused_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jobber.adapters.build_context import Ignore


@dataclass(slots=True)
class PodmanContext:
    """The context of one build."""

    root: Path
    dockerfile: Path
    takes_links_out: bool
    """A flag: this Podman accepts links leading out of the context."""
    name: str = field(init=False)
    """The name of the Dockerfile in the archive."""
    text: bytes = field(init=False)
    """The contents of the Dockerfile."""
    _ignore: Ignore = field(init=False)
    _added: dict[str, bytes] = field(init=False)

    def __post_init__(self) -> None:
        """Read the Dockerfile and the ignore file. Raises `UsageError`."""
        files = read_build_files(self.root, self.dockerfile, PODMAN_IGNORE_FILES)
        self.name, self.text = unused_name(self.root, self.dockerfile), files.text
        self._ignore, self._added = (
            files.ignore,
            {} if self.takes_links_out else linked_files(self.root, self.dockerfile, files),
        )

    @property
    def excludes(self) -> list[str]:
        """The ignore rules sent to Podman."""
        return [self.name]

    def chunks(self, dockerfile: bytes) -> Iterator[bytes]:
        """Return the archive in pieces, with these contents of the Dockerfile.

        Raises `BuildFailed` for a file that can't be read or sent, or that changes meanwhile.
        """
        archive = ContextArchive(self.root, self._ignore, {self.name: dockerfile, **self._added})
        if (
            not self.takes_links_out
        ):  # before anything is sent: Podman keeps the unpacked files of an incomplete context
            archive.check_links()
        return archive.chunks()
