"""Inputs as a program writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobber.domain.input import parse_input

if TYPE_CHECKING:
    from jobber.api.images import Image
    from jobber.api.result import Result
    from jobber.domain.input import InputSpecification


@dataclass(frozen=True, slots=True)
class Input:
    """A directory of an image, mounted read-only into a run."""

    image: str | Image | Result
    src: str | None = None
    """The directory; by default what the image was made with as `out`, else `/data`."""
    dest: str | None = None
    """Where the job finds it; by default `/data`."""


def specification_of(given: str | Input | Image | Result) -> InputSpecification:
    """An input as a run takes it; a text is read as on the command line. Raises `InvalidInput`, `NoResultImage`."""
    if isinstance(given, str):
        return parse_input(given)
    source = given if isinstance(given, Input) else Input(given)
    words = [name_of(source.image)]
    words += [f"src={source.src}"] if source.src is not None else []
    words += [f"dest={source.dest}"] if source.dest is not None else []
    return parse_input(",".join(words))


def name_of(image: str | Image | Result) -> str:
    """The text that means an image; for one that is at hand, its id. Raises `NoResultImage`."""
    return image if isinstance(image, str) else image.id
