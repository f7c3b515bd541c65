"""Find an image that need not be built again, by its context key: on the engine, else in a registry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobber.domain.errors import CredentialsUnusable, ImageNotFound, PullRefused, RegistryFailed
from jobber.domain.images.build_request import base_images
from jobber.domain.images.context_key import base_identity, context_key
from jobber.domain.runs.built import image_with_key
from jobber.domain.runs.keys import key_tag
from jobber.domain.runs.label_names import Label
from jobber.domain.use_cases.images.pull import pull

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobber.domain.images.build_request import BuildRequest
    from jobber.domain.images.reference import ImageId, ImageReference
    from jobber.domain.ports import Engine, Keyring, RemoteImages
    from jobber.domain.ports.progress import Progress


@dataclass(frozen=True, slots=True)
class FindBuiltImage:
    """The search for built images, and their keys in registries."""

    engine: Engine
    remote: RemoteImages
    keyring: Keyring
    progress: Progress

    def key_of(self, request: BuildRequest) -> str:
        """Return the context key of a build; empty if a base image is unknown to the engine and its registry.

        Nothing is pulled. Raises `UsageError`, `BuildFailed` if a file cannot be read.
        """
        bases: dict[str, str] = {}
        for base in base_images(request):
            identity = self._identity(base, is_pulled=request.pull)
            if identity is None:
                return ""
            bases[str(base)] = identity
        platform = request.platform or self.engine.builder.platform()
        return context_key(request, self.engine.builder.context(request), platform=platform, bases=bases)

    def find(self, key: str, *, names: Iterable[ImageReference]) -> ImageId | None:
        """Return the image with a context key, pulled if only a registry has it; None if there is none."""
        if image := image_with_key(self.engine.images.list(labels={Label.CONTEXT_KEY: key}), key):
            return image.id
        for name in names:
            tag = name.tagged(key_tag(key))
            if tag.is_remote and self._digest(tag):
                self.progress.step(f"pulling {tag}")
                try:
                    found = pull(tag, registry=self.engine.registry, keyring=self.keyring, progress=self.progress)
                except (PullRefused, CredentialsUnusable) as error:
                    self.progress.warn("built-not-pulled", reference=str(tag), why=error.what)
                    continue
                if found.labels.get(Label.CONTEXT_KEY) == key:
                    return found.id
        return None

    def share(self, key: str, *, pushed: Iterable[ImageReference]) -> None:
        """Give pushed images the tag of their key, which the first image in a repository keeps."""
        for reference in {name.repository: name for name in pushed}.values():
            try:
                credentials = self.keyring.credentials_for(reference)
                self.remote.add_tag(reference, tag=key_tag(key), credentials=credentials)
            except (RegistryFailed, ImageNotFound, CredentialsUnusable) as error:
                self.progress.warn("key-not-shared", tag=str(reference.tagged(key_tag(key))), why=error.what)

    def _identity(self, base: ImageReference, *, is_pulled: bool) -> str | None:
        """Return the identity of the image that a build would use for a base; None if it is unknown."""
        if not (is_pulled and base.is_remote):
            try:
                return base_identity(self.engine.images.inspect(base), base)
            except ImageNotFound:
                pass
        return self._digest(base) if base.is_remote else None

    def _digest(self, reference: ImageReference) -> str | None:
        """Return the digest of a reference in its registry; None if it is missing or the registry does not respond."""
        try:
            credentials = self.keyring.credentials_for(reference)
            return self.remote.digest(reference, credentials=credentials)
        except (RegistryFailed, CredentialsUnusable) as error:
            self.progress.call("registry-unknown", reference=str(reference), why=error.what)
            return None
