"""The context keys of build jobs: the files of their contexts, and the images that their Dockerfiles name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobber.adapters.build_context import DOCKER_IGNORE_FILES, PODMAN_IGNORE_FILES
from jobber.adapters.build_context.tree import read_context
from jobber.domain.errors import ImageNotFound
from jobber.domain.images.context_key import base_identity, context_key
from jobber.session.pipelines.tools import build_request

if TYPE_CHECKING:
    from jobber.domain.images.reference import ImageReference
    from jobber.domain.pipelines.job import Job
    from jobber.domain.ports import Engine, Keyring, RemoteImages


@dataclass(slots=True)
class ContextKeys:
    """The context keys of the build jobs of one pipeline. Each base image is looked up once."""

    engine: Engine
    remote: RemoteImages
    keyring: Keyring
    _bases: dict[ImageReference, str] = field(default_factory=dict)
    _keys: dict[str, str] = field(default_factory=dict)

    def key_of(self, job: Job) -> str:
        """Return the context key of a build job. Raises `UsageError`, `BuildFailed`, `RegistryFailed`."""
        if job.id not in self._keys:
            self._keys[job.id] = self._key_of(job)
        return self._keys[job.id]

    def _key_of(self, job: Job) -> str:
        request = build_request(job, engine=self.engine)
        names = PODMAN_IGNORE_FILES if self.engine.describe().name == "podman" else DOCKER_IGNORE_FILES
        context = read_context(request.context, request.dockerfile, ignore_names=names)  # type: ignore[arg-type]
        return context_key(
            request,
            context,
            platform=request.platform or "",
            bases={str(reference): self._base(reference) for reference in request.bases if str(reference) != "scratch"},
        )

    def _base(self, reference: ImageReference) -> str:
        if reference not in self._bases:
            self._bases[reference] = self._looked_up(reference.with_default_tag())
        return self._bases[reference]

    def _looked_up(self, reference: ImageReference) -> str:
        try:
            return base_identity(self.engine.images.inspect(reference), reference)
        except ImageNotFound:
            credentials = self.keyring.credentials_for(reference)
            return self.remote.digest(reference, credentials=credentials) or "missing"
