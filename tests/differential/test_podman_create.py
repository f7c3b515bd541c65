"""`podman create` and jobber make the same container of the same options."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from comparison import Clients, Left, Refused, settled
from generated import option_sets
from hypothesis import HealthCheck, Phase, given, settings
from option_sets import COMMON, REFUSED, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = [pytest.mark.podman, pytest.mark.xdist_group("podman")]

IGNORED = frozenset(
    "Id Created Name State ResolvConfPath HostnamePath HostsPath LogPath GraphDriver Config.Image ImageName"
    " Config.OpenStdin Config.StdinOnce Config.CreateCommand StaticDir OCIConfigPath ConmonPidFile PidFile"
    " HostConfig.LogConfig.Path HostConfig.ContainerIDFile lockNumber".split()
)
_UNSUPPORTED = """
--domainname example.com
--link a:b
--link-local-ip 1.2.3.4 --network {network}
--volume-driver local
--isolation default
--storage-opt size=1g
--health-cmd x --health-start-interval 1s
--mount type=volume,src={volume},dst=/x,volume-driver=local
--mount type=volume,src={volume},dst=/x,volume-subpath=a
--network name={network},driver-opt=a=b
--network host --ip 1.2.3.4
-p 8000-8010:80
--security-opt foo=bar
--stop-timeout -1
--cpu-shares -1
--cpus 1.5 --cpu-quota 5
--gpus driver=foo
--volumes-from no-such-container
--mount type=image,src=no-such-image,dst=/x
"""


@pytest.mark.parametrize("text", listed(COMMON))
def test_the_container_is_the_one_that_podman_makes(podman: Clients, text: str) -> None:
    _compare(podman, _words(podman, text))


@given(words=option_sets())
@settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[*HealthCheck],
)
def test_any_options_give_the_container_that_podman_makes(podman: Clients, words: list[str]) -> None:
    _compare(podman, words)


@pytest.mark.parametrize("text", listed(REFUSED + _UNSUPPORTED))
def test_what_can_not_be_had_is_refused_and_leaves_nothing(podman: Clients, text: str) -> None:
    refused = podman.ours(_words(podman, text))

    assert isinstance(refused, Refused), refused


def _words(podman: Clients, text: str) -> list[str]:
    assert podman.place is not None
    return podman.place.words(text, address="222")


def _compare(podman: Clients, words: Sequence[str]) -> None:
    theirs = podman.theirs(words)
    ours = podman.ours(words)

    assert not isinstance(ours, Left), ours
    assert settled(theirs, ignored=IGNORED) == settled(ours, ignored=IGNORED)
