"""Images that were built from a result by whatever builds images: they have inherited its record, and are no results.

A result is known by its layers: those of the code image, which its labels tell, and what the run has added. An image
built from it has more, unless only its configuration was changed: then its files are those of the result.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from jobber.domain.containers.container import LOG, MAX_LAYERS
from jobber.domain.images.image import chain_ids_of
from jobber.domain.images.naming import timestamp_tag
from jobber.domain.runs.result import is_built, parse_record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobber.domain.images.image import Image, ListedImage
    from jobber.domain.runs.result import RunRecord

EMPTY_LAYER = "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
"""A layer without anything in it, as Podman adds it where a commit has nothing new."""
_FLAT = 2
"""Layers of a result whose code image had too many: the whole file system, and the log."""
_SECOND_LAYER = (LOG, "--read-only", "--volumes-from")
"""What may be in the options of a run whose log got into a layer of its own."""
_SECONDS_TAKEN = timedelta(minutes=1)
"""How much later than its run's end a result's tag may be, where those of other results were in its place."""


def own_record(image: Image) -> RunRecord | None:
    """The record of the run that made an image; None where none did, as far as that can be told by the image alone."""
    return None if is_known_as_derived(image) else parse_record(image.labels)


def is_known_as_derived(image: Image) -> bool:
    """Whether an image that carries a run's record was built from the run's result, as far as it tells by itself."""
    record = parse_record(image.labels)
    return is_built(image.labels) or (record is not None and is_derived(image, record))


def is_derived(image: Image, record: RunRecord, *, code: Image | None = None) -> bool:
    """Whether an image was certainly built from the result whose record it carries.

    `code` is the code image, where that is at hand.
    """
    chain = code.chain if code is not None else record.image.chain
    if not chain:  # an older jobber did not record it
        return False
    depth = next((depth for depth, below in enumerate(chain_ids_of(image.layers), 1) if below == chain), 0)
    added = [layer for layer in image.layers[depth:] if layer != EMPTY_LAYER]
    if depth:
        return len(added) > (2 if _may_take_two(image, record) else 1)
    return len(added) > _FLAT or (code is not None and len(code.layers) < MAX_LAYERS)


def has_own_tag(image: ListedImage | Image, record: RunRecord) -> bool:
    """Whether an image has the tag that the result of its run was given, which never moves."""
    first = timestamp_tag(record.ending.finished)
    last = timestamp_tag(record.ending.finished + _SECONDS_TAKEN)
    return any(len(tag) == len(first) and first <= tag <= last for tag in _tags(image.references))


def _tags(references: Iterable[str]) -> Iterable[str]:
    return (text.rpartition(":")[2] for text in references)


def _may_take_two(image: Image, record: RunRecord) -> bool:
    """Whether the log of a run may have needed a layer of its own: where it belongs, something else was mounted."""
    places = (*image.configuration.volumes, *(item.destination for item in record.inputs))
    return LOG in places or any(sign in word for word in record.docker_args for sign in _SECOND_LAYER)
