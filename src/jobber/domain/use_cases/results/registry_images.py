"""Recorded images that the engine does not have: in a registry, or missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobber.domain.errors import CredentialsUnusable, ImageNotFound, RegistryFailed
from jobber.domain.history.lineage import Node, Presence
from jobber.domain.images.credentials import host_of
from jobber.domain.images.image import ListedImage
from jobber.domain.images.reference import reference_in
from jobber.domain.runs.derived import own_record

if TYPE_CHECKING:
    from jobber.domain.images.reference import ImageReference
    from jobber.domain.ports.progress import Progress
    from jobber.domain.runs.record import RecordedImage
    from jobber.domain.use_cases.results.find_result import ResultFinder


@dataclass(slots=True)
class RegistryImages:
    """The registries named by records; a registry that failed once is not contacted again."""

    finder: ResultFinder
    progress: Progress
    _silent: set[str] = field(default_factory=set)
    """The hosts of registries that failed."""

    def node_of(self, recorded: RecordedImage) -> Node:
        """Return the image as a registry has it: by its digest, or by its name if that is still the same image.

        An image that no registry has is missing.
        """
        for text in (*recorded.digests, recorded.reference):
            reference = reference_in(text)
            if reference is None or not reference.is_remote or host_of(reference) in self._silent:
                continue
            node = self._read(reference, recorded)
            if node is not None:
                return node
        missing = ListedImage(recorded.id, references=(recorded.reference,), digests=recorded.digests)
        return Node(missing, Presence.MISSING)

    def _read(self, reference: ImageReference, recorded: RecordedImage) -> Node | None:
        self.progress.step(f"reading {reference}")
        try:
            credentials = self.finder.keyring.credentials_for(reference)
            image = self.finder.remote.inspect(reference, credentials=credentials)
        except ImageNotFound:
            return None
        except (RegistryFailed, CredentialsUnusable) as error:
            self._silent.add(host_of(reference))
            self.progress.warn("registry-unread", why=error.what)
            return None
        if reference.digest is None and image.id != recorded.id and image.chain != recorded.chain:
            return None
        return Node(image.listed, Presence.REGISTRY, own_record(image), str(reference))
