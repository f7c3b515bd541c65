"""Show an image in full: its run, and the current state of the images that it was made from."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from jobber.domain.errors import ImageNotFound, InvalidReference
from jobber.domain.history.lineage import Node, Presence, Role
from jobber.domain.history.same_run import is_same_image
from jobber.domain.images.image import ListedImage
from jobber.domain.images.reference import ImageId, parse_image_id, parse_reference
from jobber.domain.use_cases.images.find_image import FoundImage
from jobber.domain.use_cases.results.find_recorded import ImageSearch
from jobber.domain.use_cases.results.registry_images import RegistryImages
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from jobber.domain.history.lineage import Origin
    from jobber.domain.images.image import Image
    from jobber.domain.ports.progress import Progress
    from jobber.domain.runs.record import RecordedImage
    from jobber.domain.use_cases.results.find_result import FoundResult, ResultFinder

_FEW = 100
"""The maximum number of images that are inspected to find one that is known only by its layers."""


@frozen
class OriginNow:
    """An image that a result was made from, then and now."""

    origin: Origin
    node: Node
    """The image with its current location."""
    has_name: bool
    """True if the record has a reference of the image, not just its ID."""
    named_now: ImageId | None
    """The image that the reference now refers to on this engine; None if there is none."""

    @property
    def has_moved(self) -> bool:
        """True if the reference now refers to another image."""
        return self.named_now is not None and self.named_now != self.node.key

    @property
    def has_lost_name(self) -> bool:
        """True if the reference no longer exists although the image is on the engine."""
        return self.has_name and self.named_now is None and self.node.presence is Presence.HERE


@frozen
class ShownImage:
    """An image with its lineage, for display."""

    image: Image
    node: Node
    origins: tuple[OriginNow, ...] = ()
    base: Node | None = None
    """The result that the image was built from, for an image that only inherits a record."""

    @property
    def added_size(self) -> int | None:
        """The bytes that the run added to its code image; None if the two can't be compared."""
        code = next((it.node for it in self.origins if it.origin.role is Role.CODE), None)
        if code is None or not (code.presence is self.node.presence is Presence.HERE):
            return None
        return self.image.size - code.image.size


def show_image(finder: ResultFinder, name: str, *, progress: Progress) -> ShownImage:
    """Inspect an image on the engine or in a registry.

    The images that it was made from are looked up by the names in its record. Images are listed only if no name leads
    to one, and if the engine has at most 100. Raises `ImageNotFound`, `AmbiguousName`, `InvalidReference`,
    `RegistryFailed`.
    """
    found = finder.find(name)
    node = _node_of(found)
    registries = RegistryImages(finder, progress)
    search = ImageSearch(finder.engine, limit=_FEW)
    nodes: dict[str, Node] = {}
    for origin in node.origins:
        if origin.image.id not in nodes:
            nodes[origin.image.id] = _locate(search, registries, origin.image)
    origins = tuple(_now(finder, nodes[origin.image.id], origin) for origin in node.origins)
    return ShownImage(finder.with_true_digests(found.image), node, origins, _base_of(finder, found))


def _node_of(found: FoundResult) -> Node:
    if found.remote is None:
        return Node(found.image.listed, Presence.HERE, found.record)
    return Node(found.image.listed, Presence.REGISTRY, found.record, str(found.remote))


def _locate(search: ImageSearch, registries: RegistryImages, recorded: RecordedImage) -> Node:
    """Return the image of a record: as the engine has it, as a registry has it, or as missing."""
    for image in search.candidates(recorded):
        if is_same_image(recorded, FoundImage(image, None).recorded):
            return Node(image.listed, Presence.HERE)
    return registries.node_of(recorded)


def _base_of(finder: ResultFinder, found: FoundResult) -> Node | None:
    """Return the result that an image was built from; None for other images.

    A missing result is known by its record, and has the run's ID as its key.
    """
    if found.inherited is None:
        return None
    base = finder.result_with(found.image.labels)
    if base is None:
        return Node(ListedImage(ImageId(found.inherited.id)), Presence.MISSING, found.inherited)
    return Node(base, Presence.HERE, found.inherited) if base.id != found.image.id else None


def _now(finder: ResultFinder, node: Node, origin: Origin) -> OriginNow:
    text = origin.image.reference
    named_now: ImageId | None = None
    has_name = parse_image_id(text) is None
    if has_name and node.presence is Presence.HERE and text in node.image.references:
        named_now = node.image.id
    elif has_name:
        with suppress(ImageNotFound, InvalidReference):
            named_now = finder.engine.images.inspect(parse_reference(text)).id
    return OriginNow(origin, node, has_name, named_now)
