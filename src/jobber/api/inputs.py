"""Inputs as a program writes them."""

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
    """A directory of an image, mounted read-only into a run."""

    image: str | Image | Result
    src: str | PathLike[str] | None = None
    """The directory; by default what the image was made with as `out`, else `/data`."""
    dest: str | PathLike[str] | None = None
    """Where the job finds it; by default `/data`."""


def specifications_of(inputs: Iterable[str | Input | Image | Result]) -> tuple[InputSpecification, ...]:
    """Inputs as a run takes them. Raises `UsageError`, `InvalidInput`, `NoResultImage`."""
    return tuple(
        _specification_of(f"inputs[{place}]", given) for place, given in enumerate(arguments.items("inputs", inputs))
    )


def _specification_of(name: str, given: str | Input | Image | Result) -> InputSpecification:
    """An input as a run takes it; a text is read as on the command line."""
    if isinstance(given, str):
        return parse_input(given)
    source = given if isinstance(given, Input) else Input(given)
    src = None if source.src is None else arguments.path(f"{name}.src", source.src)
    dest = None if source.dest is None else arguments.path(f"{name}.dest", source.dest)
    return parse_input(format_input(name_of(name, source.image), source=src, destination=dest))


def name_of(name: str, image: str | Image | Result) -> str:
    """The text that means an image; for one that is at hand, its id. Raises `UsageError`, `NoResultImage`."""
    from jobber.api.images import Image
    from jobber.api.result import Result

    if isinstance(image, Image | Result):
        return image.id
    return arguments.text(name, image, wanted="a reference, an id, an image or a result")
