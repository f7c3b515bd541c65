"""Build an image and tag it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jobber.domain.errors import EngineFailed, ImageNotFound, TagTaken
from jobber.domain.images.build_request import base_images
from jobber.domain.images.naming import build_tags, next_second, timestamp_tag
from jobber.domain.runs.label_names import Label
from jobber.domain.runs.labels import build_labels
from jobber.domain.use_cases.images.base_logins import BaseLogins
from jobber.domain.use_cases.images.push import push_all
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from jobber.domain.images.build_request import BuildRequest
    from jobber.domain.images.reference import ImageId, ImageReference
    from jobber.domain.ports import Clock, Engine, Interruptions, Keyring, SourceTree
    from jobber.domain.ports.progress import Progress
    from jobber.domain.use_cases.images.find_built import FindBuiltImage

_MOST_TRIES = 60


@frozen
class BuildResult:
    """The image that was built, and its tags."""

    image: ImageId
    tags: tuple[ImageReference, ...]


@frozen
class BuildImage:
    """The use case `jobber build`, with its dependencies."""

    engine: Engine
    clock: Clock
    interruptions: Interruptions
    keyring: Keyring
    tree: SourceTree
    progress: Progress
    version: str
    """The version of jobber."""
    built: FindBuiltImage | None = None
    """The search for images by context key; None if no request asks for it."""

    def build(self, request: BuildRequest, *, names: tuple[ImageReference, ...], push: bool = True) -> BuildResult:
        """Build, tag and push an image. Raises `BuildFailed`, `PushRefused` and others.

        By context key, an image that exists gets the tags instead, and only tags that moved are pushed.
        """
        key = ""
        if request.by_context_key and self.built is not None:
            key = self.built.key_of(request)
            with self.interruptions.abortable():
                found = self.built.find(key, names=names) if key and not request.no_cache else None
            if found is not None:
                return self._taken(found, names, push=push)
        logins = BaseLogins(self.keyring, self.engine.images)
        with self.interruptions.abortable():
            image, tags = logins.build(request, lambda known: self._build(known, names, key=key))
        self.progress.note("built", tags=", ".join(map(str, tags)), id=image)
        pushed = self._push(tags) if push else ()
        if key and self.built is not None:
            self.built.share(key, pushed=pushed)
        return BuildResult(image, tags)

    def _taken(self, image: ImageId, names: tuple[ImageReference, ...], *, push: bool) -> BuildResult:
        """Give an existing image the tags of a build that it lacks, except for a timestamp."""
        at = self.clock.now()
        tags = [tag for tag in build_tags(names, at=at) if tag.tag != timestamp_tag(at)]
        there = self.engine.images.inspect(image).references
        moved = [tag for tag in tags if str(tag) not in there]
        for tag in moved:
            self.engine.images.tag(image, reference=tag)
        self.progress.note("built-before", tags=", ".join(map(str, tags)), id=image)
        if push:
            self._push(moved)
        return BuildResult(image, tuple(tags))

    def _push(self, tags: Iterable[ImageReference]) -> tuple[ImageReference, ...]:
        """Push the tags that have a registry, and return them. Raises `PushRefused`, `CredentialsUnusable`."""
        remote = tuple(tag for tag in tags if tag.is_remote)
        push_all(
            remote,
            registry=self.engine.registry,
            keyring=self.keyring,
            interruptions=self.interruptions,
            progress=self.progress,
        )
        return remote

    def _build(
        self, request: BuildRequest, names: tuple[ImageReference, ...], *, key: str
    ) -> tuple[ImageId, tuple[ImageReference, ...]]:
        at = self._free_second(names, self.clock.now())
        # An image must not inherit the context key of its base.
        own_key = key if key or self._may_inherit_key(request) else None
        revision, origin = self.tree.revision(), self.tree.origin()
        if self.tree.trouble is not None:
            self.progress.warn("revision-unknown", why=self.tree.trouble)
        for _ in range(_MOST_TRIES):
            tags = build_tags(names, at=at)
            # The labels contain the tags: if another build takes one meanwhile, the last layer is built again.
            labels = build_labels(tags, version=self.version, revision=revision, origin=origin, key=own_key)
            built = self.engine.builder.build(
                replace(request, labels={**request.labels, **labels}), progress=self.progress
            )
            try:
                self._tag(built, tags, timestamp_tag(at))
            except TagTaken:
                at = self._free_second(names, next_second(at))
                continue
            return built, tags
        raise EngineFailed("tag the image", why=f"the tags of {_MOST_TRIES} seconds are in use")

    def _may_inherit_key(self, request: BuildRequest) -> bool:
        try:
            return any(Label.CONTEXT_KEY in self.engine.images.inspect(base).labels for base in base_images(request))
        except ImageNotFound:
            return True

    def _tag(self, image: ImageId, tags: tuple[ImageReference, ...], fixed: str) -> None:
        for reference in tags:
            if reference.tag == fixed:
                self.engine.images.claim(image, reference=reference)
        for reference in tags:
            if reference.tag != fixed:
                self.engine.images.tag(image, reference=reference)

    def _free_second(self, names: tuple[ImageReference, ...], at: datetime) -> datetime:
        while any(self._is_taken(name.tagged(timestamp_tag(at))) for name in names if not name.tag):
            at = next_second(at)
        return at

    def _is_taken(self, reference: ImageReference) -> bool:
        try:
            self.engine.images.inspect(reference)
        except ImageNotFound:
            return False
        return True
