"""`docker create` and jobber make the same container of the same options."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from comparison import Clients, Left, Refused, settled
from generated import option_sets
from hypothesis import HealthCheck, Phase, given, settings
from option_sets import COMMON, DOCKER, REFUSED, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]

IGNORED = frozenset(
    "Id Created Name State ResolvConfPath HostnamePath HostsPath LogPath GraphDriver Config.Image"
    " Config.AttachStdin Config.OpenStdin Config.StdinOnce HostConfig.ConsoleSize NetworkSettings.SandboxKey".split()
)
_TOO_OLD = re.compile("unknown (shorthand )?flag|unexpected key|invalid field key|requires API version")


@pytest.mark.parametrize("text", listed(COMMON + DOCKER))
def test_the_container_is_the_one_that_docker_makes(docker: Clients, text: str) -> None:
    _compare(docker, _words(docker, text))


@given(words=option_sets())
@settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[*HealthCheck],
)
def test_any_options_give_the_container_that_docker_makes(docker: Clients, words: list[str]) -> None:
    _compare(docker, words)


@pytest.mark.parametrize("text", listed(REFUSED))
def test_what_docker_refuses_is_refused_and_leaves_nothing(docker: Clients, text: str) -> None:
    refused = docker.ours(_words(docker, text))

    assert isinstance(refused, Refused), refused
    assert refused == docker.theirs(_words(docker, text))


def _words(docker: Clients, text: str) -> list[str]:
    assert docker.place is not None
    return docker.place.words(text, address="221")


def _compare(docker: Clients, words: Sequence[str]) -> None:
    theirs = docker.theirs(words)
    if isinstance(theirs, Refused) and _TOO_OLD.search(theirs.why):
        pytest.skip(f"this docker client is too old: {theirs.why.splitlines()[0]}")
    ours = docker.ours(words)

    assert not isinstance(ours, Left), ours
    assert settled(theirs, ignored=IGNORED) == settled(ours, ignored=IGNORED)
