"""The facts that decisions about a pipeline need, each read once: images, options, context keys, registry tags."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobber.domain.configuration.settings import DEFAULT_REGISTRY, PULL, RUNTIME, XDOCKER
from jobber.domain.containers.run_constraints import chosen_runtime
from jobber.domain.errors import CredentialsUnusable, ImageNotFound, RegistryFailed
from jobber.domain.history.same_run import unrecorded
from jobber.domain.images.reference import parse_image_id, parse_reference, reads_as_id
from jobber.domain.pipelines.decision import Options, key_of
from jobber.domain.pipelines.keys import code_identity, directory_identity
from jobber.domain.pipelines.known import Known, known_among
from jobber.domain.runs.input import DEFAULT_DIRECTORY
from jobber.domain.runs.keys import key_tag
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.policy import PullPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jobber.domain.configuration.origin import Value
    from jobber.domain.containers.options import ContainerOptions
    from jobber.domain.images.image import Image
    from jobber.domain.images.reference import ImageId, ImageReference
    from jobber.domain.pipelines.job import Job
    from jobber.domain.pipelines.keys import Identity
    from jobber.domain.ports import Engine, Keyring, RemoteImages

    Pieces = tuple[Value[tuple[str, ...]], ...]


@dataclass(slots=True)
class World:
    """The facts that decisions need. Each call of the engine or a registry is made once."""

    engine: Engine
    remote: RemoteImages
    keyring: Keyring
    context_key: Callable[[Job], str]
    """A function that returns the context key of a build job."""
    read_options: Callable[[Pieces], tuple[tuple[str, ...], ContainerOptions]]
    """A function that returns the words of Xdocker for records, and the options they specify."""
    _known: Known | None = None
    _images: dict[object, Image] = field(default_factory=dict)
    _parsed: dict[Pieces, tuple[tuple[str, ...], ContainerOptions]] = field(default_factory=dict)
    _in_registry: dict[str, bool] = field(default_factory=dict)

    @property
    def known(self) -> Known:
        """The results and built images of the engine, from one list."""
        if self._known is None:
            self._known = known_among(self.engine.images.list(labels={Label.VERSION: None}))
        return self._known

    def container_options(self, job: Job) -> tuple[tuple[str, ...], ContainerOptions]:
        """Return the words of a job's Xdocker for records, and the options. Raises `UsageError`."""
        pieces: Pieces = job.settings.get(XDOCKER)
        if pieces not in self._parsed:
            self._parsed[pieces] = self.read_options(pieces)
        return self._parsed[pieces]

    def options(self, job: Job) -> Options:
        """Return the options of a job as keys need them. Raises `UsageError`."""
        words, options = self.container_options(job)
        runtime = chosen_runtime(job.settings.get(RUNTIME), options=options)
        return Options(words, runtime, unrecorded(words, options))

    def leaf(self, job: Job, reference: str) -> Image:
        """Return the image that a reference in a job refers to now, without pulling it.

        Raises `ImageNotFound`, `RegistryFailed`, `InvalidReference`.
        """
        key = (reference, str(job.settings.get(DEFAULT_REGISTRY)), job.settings.get(PULL))
        if key not in self._images:
            self._images[key] = self._find(job, reference)
        return self._images[key]

    def image(self, id_: ImageId) -> Image:
        """Return the description of an image of the engine. Raises `ImageNotFound`."""
        if id_ not in self._images:
            self._images[id_] = self.engine.images.inspect(id_)
        return self._images[id_]

    def remote_image(self, reference: ImageReference) -> Image:
        """Return the description of an image in a registry. Raises `ImageNotFound`, `RegistryFailed`."""
        if str(reference) not in self._images:
            credentials = self.keyring.credentials_for(reference)
            self._images[str(reference)] = self.remote.inspect(reference, credentials=credentials)
        return self._images[str(reference)]

    def in_registry(self, job: Job, key: str) -> ImageReference | None:
        """Return the tag of a key in the registry of a job; None if there is none or the registry does not answer."""
        reference = job.repository.tagged(key_tag(key))
        if not reference.is_remote:
            return None
        if str(reference) not in self._in_registry:
            try:
                credentials = self.keyring.credentials_for(reference)
                self._in_registry[str(reference)] = self.remote.digest(reference, credentials=credentials) is not None
            except (RegistryFailed, ImageNotFound, CredentialsUnusable):
                self._in_registry[str(reference)] = False
        return reference if self._in_registry[str(reference)] else None

    def code(self, job: Job, reference: str) -> Identity:
        """Return the identity of a code image that is not a job."""
        return code_identity(self.leaf(job, reference))

    def directory(self, job: Job, reference: str, source: str | None) -> Identity:
        """Return the identity of a directory of an image that is not a job."""
        return identity_in(self.leaf(job, reference), source)

    def _find(self, job: Job, reference: str) -> Image:
        if parse_image_id(reference) or reads_as_id(reference):
            return self.engine.images.inspect(reference)
        parsed = parse_reference(reference, default_registry=job.settings.get(DEFAULT_REGISTRY)).with_default_tag()
        policy = job.settings.get(PULL)
        if parsed.is_remote and policy is PullPolicy.ALWAYS:
            return self.remote_image(parsed)
        try:
            return self.engine.images.inspect(parsed)
        except ImageNotFound:
            if not parsed.is_remote or policy is PullPolicy.NEVER:
                raise
            return self.remote_image(parsed)


def identity_in(image: Image, source: str | None) -> Identity:
    """Return the identity of a directory of an image; None for the image's own out directory."""
    out = image.labels.get(Label.OUT, "")
    return directory_identity(
        digest=image.labels.get(Label.OUT_DIGEST, ""),
        out=out or DEFAULT_DIRECTORY,
        chain=image.chain,
        source=source or out or DEFAULT_DIRECTORY,
    )


def content_key(job: Job, options: Options, *, code: Image, inputs: Sequence[Image]) -> str:
    """Return the content key of a job, with the images that it would run with."""
    identities = [identity_in(image, item.directory) for item, image in zip(job.inputs, inputs, strict=True)]
    return key_of(job, options, code=code_identity(code), inputs=identities)
