"""Mounts in requests to Podman."""

from __future__ import annotations

import pytest

from jobber.adapters.podman.create_mounts import volumes
from jobber.domain.docker_options import parse_options
from jobber.domain.errors import InvalidOption


def test_a_letter_is_the_name_of_a_volume_as_it_is_to_podmans_client() -> None:
    options = parse_options(["-v", "a:/b"], environment={}, directory="/")

    assert volumes(options) == [{"Name": "a", "Dest": "/b", "Options": []}]


@pytest.mark.parametrize("text", ["b", "b/c", "a:b", "a:"])
def test_an_anonymous_volume_needs_an_absolute_path(text: str) -> None:
    options = parse_options(["-v", text], environment={}, directory="/")

    with pytest.raises(InvalidOption, match="not an absolute path"):
        volumes(options)
