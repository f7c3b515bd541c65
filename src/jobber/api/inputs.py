"""Inputs of a run, as Python callers specify them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobber.api import arguments
from jobber.domain.runs.input import format_input, parse_input

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    from jobber.api.images import Image
    from jobber.api.result import Result
    from jobber.domain.runs.input import InputSpecification


@dataclass(frozen=True, slots=True)
class Input:
    """A directory of an image, mounted read-only into a run.

    Args:
        image: A reference, an image ID, an image or a result.
        src: The directory in the image. Default: the image's `out`, else `/data`.
        dest: The mount point in the job's container. Default: `/data`.

    Example:
        >>> import jobber
        >>> points = jobber.Input("points", src="/data", dest="/before")
        >>> result = jobber.run("train", inputs=["points", points], out="/model", quiet=True)
        >>> [(one["ref"], one["src"], one["dest"]) for one in result.record["inputs"]]
        [('points:latest', '/data', '/data'), ('points:latest', '/data', '/before')]

    """

    image: str | Image | Result
    src: str | PathLike[str] | None = None
    """The directory in the image. Default: the `out` that the image was created with, else `/data`."""
    dest: str | PathLike[str] | None = None
    """The mount point in the job's container. Default: `/data`."""


def specifications_of(inputs: Iterable[str | Input | Image | Result]) -> tuple[InputSpecification, ...]:
    """Return the specifications of inputs. Raises `UsageError`, `InvalidInput`, `NoResultImage`."""
    return tuple(
        _specification_of(f"inputs[{place}]", given) for place, given in enumerate(arguments.items("inputs", inputs))
    )


def _specification_of(name: str, given: str | Input | Image | Result) -> InputSpecification:
    """Return the specification of an input; parse a string as on the command line."""
    if isinstance(given, str):
        return parse_input(given)
    source = given if isinstance(given, Input) else Input(given)
    src = None if source.src is None else arguments.path(f"{name}.src", source.src)
    dest = None if source.dest is None else arguments.path(f"{name}.dest", source.dest)
    return parse_input(format_input(name_of(name, source.image), source=src, destination=dest))


def name_of(name: str, image: str | Image | Result) -> str:
    """Return the reference or ID of an image; for an image or result object, its ID.

    Raises `UsageError`, `NoResultImage`.
    """
    from jobber.api.images import Image
    from jobber.api.result import Result

    if isinstance(image, Image | Result):
        return image.id
    return arguments.text(name, image, wanted="a reference, an ID, an image or a result")
