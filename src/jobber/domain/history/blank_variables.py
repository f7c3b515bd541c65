"""Variables that runs have added to an image and that are left in it without a value.

An engine that takes a configuration only with the layers of its image can't take a variable away, only make it blank.
A program that is to see a blank one may behave otherwise than without it: `CUDA_VISIBLE_DEVICES=` hides all GPUs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobber.domain.errors import InvalidOption
from jobber.domain.runs.label_names import Label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.domain.containers.options import ContainerOptions
    from jobber.domain.images.image import Image


def blank_variables(image: Image) -> tuple[str, ...]:
    """Return the names of the blank variables that runs have left in an image, which a container is not to have.

    The image's label names them. Results of older versions have no such label: there it is what the run added, as its
    record says, and what is blank.
    """
    blank = [name for name, _, value in (text.partition("=") for text in image.configuration.environment) if not value]
    if not blank:
        return ()
    named = image.labels.get(Label.BLANK)
    added = _added(image.labels) if named is None else named.split(",")
    return tuple(name for name in blank if name in added)


def unset_variables(image: Image, *, options: ContainerOptions) -> tuple[str, ...]:
    """Return the names of blank variables that a container of an image is not to have; options may set them."""
    return tuple(name for name in blank_variables(image) if name not in options.added_environment)


def _added(labels: Mapping[str, str]) -> tuple[str, ...]:
    """The names of variables that the run of an image's record added; none where there is no record."""
    from jobber.domain.history.same_run import added_variables
    from jobber.domain.runs.result import parse_record

    record = parse_record(labels)
    try:
        return added_variables(record.docker_args) if record else ()
    except InvalidOption:  # an option that this version does not have
        return ()
