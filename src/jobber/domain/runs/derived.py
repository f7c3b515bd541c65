"""Tell results from images built on top of them.

Such an image inherits the labels of the result, so the layers decide. A result has the layers of the code image, which
its labels record, plus those that the run added. An image built from it has more layers. If only the configuration was
changed, it has the same layers, and its files are those of the result.
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
"""The digest of an empty layer, which Podman adds if a commit has no changes."""
_FLAT = 2
"""The number of layers of a result whose code image had too many: the whole file system, and the log."""
_SECOND_LAYER = (LOG, "--read-only", "--volumes-from")
"""Options that may cause the log of a run to be stored in a layer of its own."""
_SECONDS_TAKEN = timedelta(minutes=1)
"""The maximum delay of a result's tag after the end of its run: earlier tags may be taken by other results."""


def own_record(image: Image) -> RunRecord | None:
    """Return the record of the run that created an image; None if the image alone shows that no run did."""
    return None if is_known_as_derived(image) else parse_record(image.labels)


def is_known_as_derived(image: Image) -> bool:
    """Return whether an image was built from the result whose record it carries, as far as the image alone shows."""
    record = parse_record(image.labels)
    return is_built(image.labels) or (record is not None and is_derived(image, record))


def is_derived(image: Image, record: RunRecord, *, code: Image | None = None) -> bool:
    """Return whether an image was certainly built from the result whose record it carries.

    `code` is the code image, if it is available.
    """
    chain = code.chain if code is not None else record.image.chain
    if not chain:  # older versions of jobber did not record it
        return False
    depth = next((depth for depth, below in enumerate(chain_ids_of(image.layers), 1) if below == chain), 0)
    added = [layer for layer in image.layers[depth:] if layer != EMPTY_LAYER]
    if depth:
        return len(added) > (2 if _may_take_two(image, record) else 1)
    return len(added) > _FLAT or (code is not None and len(code.layers) < MAX_LAYERS)


def has_own_tag(image: ListedImage | Image, record: RunRecord) -> bool:
    """Return whether an image has the timestamp tag that its run's result was given; that tag never moves."""
    first = timestamp_tag(record.ending.finished)
    last = timestamp_tag(record.ending.finished + _SECONDS_TAKEN)
    return any(len(tag) == len(first) and first <= tag <= last for tag in _tags(image.references))


def _tags(references: Iterable[str]) -> Iterable[str]:
    return (text.rpartition(":")[2] for text in references)


def _may_take_two(image: Image, record: RunRecord) -> bool:
    """Return whether the log may have needed a layer of its own because something else was mounted at its path."""
    places = (*image.configuration.volumes, *(item.destination for item in record.inputs))
    return LOG in places or any(sign in word for word in record.docker_args for sign in _SECOND_LAYER)
