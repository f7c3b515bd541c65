"""Show one image in full: its run, and what has become of the images that it was made from."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobber.domain.errors import ImageNotFound, InvalidReference
from jobber.domain.lineage import Presence, Role
from jobber.domain.reference import parse_image_id, parse_reference
from jobber.domain.use_cases.trace_lineage import Tracer

if TYPE_CHECKING:
    from jobber.domain.image import Image
    from jobber.domain.lineage import Node, Origin
    from jobber.domain.progress import Progress
    from jobber.domain.reference import ImageId
    from jobber.domain.use_cases.find_result import ResultFinder


@dataclass(frozen=True, slots=True)
class OriginNow:
    """An image that a result was made from, then and now."""

    origin: Origin
    node: Node
    """Where the image is now."""
    has_name: bool
    """Whether it was called by a reference then, rather than by its id."""
    named_now: ImageId | None
    """What that reference means on this engine now; None for nothing."""

    @property
    def has_moved(self) -> bool:
        """Whether the reference is another image's now."""
        return self.named_now is not None and self.named_now != self.node.key

    @property
    def has_lost_name(self) -> bool:
        """Whether the reference means nothing any more, while the image is here."""
        return self.has_name and self.named_now is None and self.node.presence is Presence.HERE


@dataclass(frozen=True, slots=True)
class ShownImage:
    """All that is known of an image."""

    image: Image
    node: Node
    origins: tuple[OriginNow, ...] = ()
    base: Node | None = None
    """The result that it was built from, for an image that only inherits a record."""

    @property
    def added_size(self) -> int | None:
        """Bytes that the run has added to its code image; None where they can't be compared."""
        code = next((it.node for it in self.origins if it.origin.role is Role.CODE), None)
        if code is None or not (code.presence is self.node.presence is Presence.HERE):
            return None
        return self.image.size - code.image.size


def show_image(finder: ResultFinder, name: str, *, progress: Progress) -> ShownImage:
    """Look at an image, here or in a registry.

    Raises `ImageNotFound`, `AmbiguousName`, `InvalidReference`, `RegistryFailed`.
    """
    found = finder.find(name)
    tracer = Tracer(finder, progress)
    node = tracer.node_of(found)
    origins = tuple(_now(finder, tracer, origin) for origin in node.origins)
    return ShownImage(finder.with_true_digests(found.image), node, origins, tracer.base_of(node))


def _now(finder: ResultFinder, tracer: Tracer, origin: Origin) -> OriginNow:
    text = origin.image.reference
    named_now: ImageId | None = None
    has_name = parse_image_id(text) is None
    if has_name:
        with suppress(ImageNotFound, InvalidReference):
            named_now = finder.engine.images.inspect(parse_reference(text)).id
    return OriginNow(origin, tracer.origin(origin), has_name, named_now)
