"""Options of a command line read for the tests: as values, or as what is said when they are refused."""

from __future__ import annotations

import pytest

from jobber.domain.containers.options import ContainerOptions
from jobber.domain.docker_options import parse_options, split_words
from jobber.domain.errors import InvalidOption

HERE = "/home/me/project"


def read(text: str, **environment: str) -> ContainerOptions:
    """Read options as they are written in a shell, in `HERE`."""
    return parse_options(split_words(text), environment=environment, directory=HERE)


def refusal(text: str) -> tuple[str, str | None]:
    """The sentence and the hint that options are refused with."""
    with pytest.raises(InvalidOption) as caught:
        read(text)
    return caught.value.what.removeprefix("Xdocker option "), caught.value.hint
