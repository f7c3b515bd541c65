"""Variables that runs added to an image and that remain in it without a value.

An engine that accepts a configuration only together with the image's layers can't remove a variable, only blank it. A
program may treat a blank variable differently from an unset one: `CUDA_VISIBLE_DEVICES=` hides all GPUs.
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
    """Return the names of an image's blank variables that came from runs; containers must not have them.

    The image's label lists them. Results of older versions have no such label. For those, the function returns the
    blank variables that the run added according to its record.
    """
    blank = [name for name, _, value in (text.partition("=") for text in image.configuration.environment) if not value]
    if not blank:
        return ()
    named = image.labels.get(Label.BLANK)
    added = _added(image.labels) if named is None else named.split(",")
    return tuple(name for name in blank if name in added)


def unset_variables(image: Image, *, options: ContainerOptions) -> tuple[str, ...]:
    """Return the names of blank variables to unset in a container of an image, except those that the options set."""
    return tuple(name for name in blank_variables(image) if name not in options.added_environment)


def _added(labels: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of variables that the run of the image's record added; none without a record."""
    from jobber.domain.history.same_run import added_variables
    from jobber.domain.runs.result import parse_record

    record = parse_record(labels)
    try:
        return added_variables(record.docker_args) if record else ()
    except InvalidOption:  # an option that this version does not support
        return ()
