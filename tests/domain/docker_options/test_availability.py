"""Which options an engine does not have."""

from __future__ import annotations

import pytest

from jobber.domain.containers.options import ContainerOptions, Mount
from jobber.domain.docker_options import parse_options
from jobber.domain.docker_options.availability import check_docker, check_podman
from jobber.domain.errors import InvalidOption, OptionUnsupported


def options(text: str) -> ContainerOptions:
    return parse_options(text.split(), environment={}, directory="/")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("--annotation a=b", (1, 43)),
        ("--cgroupns host", (1, 41)),
        ("--health-cmd x --health-start-interval 5s", (1, 44)),
        ("--mount type=image,src=i,dst=/i", (1, 48)),
        ("--mount type=volume,src=v,dst=/v,volume-subpath=a", (1, 45)),
        ("--mount type=bind,src=/,dst=/h,readonly,bind-recursive=disabled --mount type=bind,src=/,dst=/i", (1, 24)),
        ("--mount type=bind,src=/,dst=/h,readonly,bind-recursive=writable", (1, 44)),
        ("--network name=n,mac-address=92:d0:c6:0a:29:33", (1, 44)),
        ("--network name=n,gw-priority=1", (1, 48)),
        ("--network a --network b", (1, 44)),
        ("--pid host --uts host --userns host", (1, 24)),
        ("--network n --network-alias a", (1, 24)),
    ],
)
def test_docker_has_options_from_a_version_of_its_api_on(text: str, first: tuple[int, int]) -> None:
    check_docker(options(text), api_version=first)
    if first > (1, 24):
        with pytest.raises(OptionUnsupported, match=rf"it needs API {first[0]}\.{first[1]}"):
            check_docker(options(text), api_version=(first[0], first[1] - 1))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("--pid container:x", None),
        ("--pid ns:/x", OptionUnsupported),
        ("--cgroupns container:x", OptionUnsupported),
        ("--uts container:x", OptionUnsupported),
        ("--network-alias a", InvalidOption),
        ("--security-opt seccomp=/nowhere", OptionUnsupported),
        ("--security-opt no-new-privileges", None),
    ],
)
def test_docker_has_no_other_modes(text: str, error: type[Exception] | None) -> None:
    if error is None:
        check_docker(options(text), api_version=(1, 51))
    else:
        with pytest.raises(error):
            check_docker(options(text), api_version=(1, 51))


@pytest.mark.parametrize(
    "text",
    [
        "--domainname x",
        "--health-cmd x --health-start-interval 5s",
        "--health-cmd x --health-timeout 0s",
        "--stop-timeout -1",
        "--mount type=volume,src=v,dst=/v,volume-subpath=a",
        "--mount type=image,src=i,dst=/i,image-subpath=a",
        "--log-driver passthrough",
        "--log-driver passthrough-tty",
    ],
)
def test_podman_4_has_not_all_of_dockers_options(text: str) -> None:
    with pytest.raises(OptionUnsupported):
        check_podman(options(text), version=(4, 3))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "--health-cmd x --health-retries 3 --stop-timeout 5",
        "--no-healthcheck",
        "--health-interval 5s",
        "--mount type=image,src=i,dst=/i,image-subpath=a -v v:/v",
    ],
)
def test_podman_5_has_these(text: str) -> None:
    check_podman(options(text), version=(5, 0))


def test_podman_mounts_nothing_twice_at_one_place() -> None:
    with pytest.raises(InvalidOption, match="two mounts are at /a"):
        check_podman(ContainerOptions(mounts=(Mount("volume", "/a"), Mount("tmpfs", "/a/"))), version=(5, 0))
