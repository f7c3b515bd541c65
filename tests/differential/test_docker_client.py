"""Requests of docker's client to the newest daemon: jobber sends the same, and knows all options."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from comparison import Place, client_environment
from noting_daemon import NotingDaemon
from option_sets import COMMON, DOCKER, listed

from jobber.adapters.docker.create_body import create_body
from jobber.domain.containers.container import ContainerSpecification
from jobber.domain.docker_options import parse_options
from jobber.domain.docker_options.table import SPELLINGS
from jobber.domain.docker_options.tokens import OURS
from jobber.domain.images.reference import ImageId

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]

NEWEST = """
--annotation a=b --annotation c=
--health-cmd x --health-start-interval 1s
--mac-address 92:d0:c6:0a:29:33
--mac-address 92:d0:c6:0a:29:33 --network foo
--network name=foo,mac-address=92:d0:c6:0a:29:33,gw-priority=3,link-local-ip=1.1.1.1,driver-opt=a=b
--network foo --network bar --ip 1.2.3.4 --network-alias x
--link a:b --network foo
--ip6 ::1 --link-local-ip 1.2.3.4
--mount type=volume,src=vol,dst=/x,volume-subpath=a,volume-opt=type=tmpfs,volume-label=a=b
--mount type=image,src=foo,dst=/x,image-subpath=a
--mount type=bind,src=/tmp,dst=/x,bind-recursive=disabled
--mount type=bind,src=/tmp,dst=/x,bind-recursive=writable,ro
--mount type=bind,src=/tmp,dst=/x,bind-recursive=readonly,readonly,bind-propagation=rprivate
--mount type=bind,src=/tmp,dst=/x,bind-recursive=enabled
--mount type=bind,src=./a,dst=/x --mount type=bind,src=.,dst=/y --mount type=bind,src=../b,dst=/z
-v ./a:/x -v ..:/y -v .b:/z
--device nvidia.com/gpu=all --device nvidia.com/gpu=1
--add-host a=1.2.3.4 --add-host 'a=[::1]'
--security-opt seccomp=builtin
--volumes-from a:ro --volumes-from b
--kernel-memory 64m
"""
_DECIDED = frozenset(("AttachStdin", "OpenStdin", "StdinOnce", "ConsoleSize", "Image", "ContainerIDFile", "AutoRemove"))


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NotingDaemon]:
    server = NotingDaemon(tmp_path_factory.mktemp("daemon") / "socket")
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def client() -> str:
    found = shutil.which("docker")
    if found is None:
        pytest.skip("there is no docker client")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.split()[2].partition(".")[0]) < 28:
        pytest.skip(f"this docker client is too old: {version.strip()}")
    return found


@pytest.mark.parametrize("text", listed(NEWEST + DOCKER + COMMON))
def test_the_newest_daemon_is_asked_for_the_same(client: str, daemon: NotingDaemon, place: Place, text: str) -> None:
    words = place.words(text, address="221")
    environment = client_environment(place.directory)
    daemon.forget()
    made = subprocess.run(
        [client, "--host", daemon.address, "create", *words, "image"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=place.directory,
    )
    options = parse_options(
        words,
        environment=environment,
        directory=str(place.directory),
        read_file=lambda path: (place.directory / path).read_bytes(),
    )
    specification = ContainerSpecification(ImageId("image"), options, runtime=options.runtime)
    _, ours = create_body(specification, api_version=(1, 51))

    assert made.returncode == 0, made.stderr
    assert _said(daemon.asked) == _said(ours)


def test_every_option_of_docker_is_known_or_decided_by_jobber(client: str) -> None:
    shown = "".join(
        subprocess.run([client, command, "--help"], capture_output=True, text=True, check=True).stdout
        for command in ("create", "run")
    )
    offered = set(re.findall(r"^ +(?:-\w, )?(--[a-z0-9-]+)", shown, re.MULTILINE)) - {"--help"}

    assert offered - set(SPELLINGS.canonical) - OURS == set()


def _said(body: dict[str, Any]) -> Any:
    """Without what jobber decides, and what says nothing: a client sends all that it does not know of as empty."""
    keyed = {key: sorted(body.get(key) or ()) for key in ("Volumes", "ExposedPorts")}
    named = sorted((body.get("NetworkingConfig") or {}).get("EndpointsConfig") or ())
    host = body["HostConfig"]
    kept = {key: host.get(key) or None for key in ("Tmpfs", "Annotations", "Sysctls")}
    kept |= {"Init": host.get("Init"), "MaskedPaths": host.get("MaskedPaths")}
    return {**_meant(body), **keyed, "kept": kept, "networks": named if len(named) > 1 else []}


def _meant(value: Any) -> Any:
    if isinstance(value, dict):
        found = {key: _meant(item) for key, item in value.items() if key not in _DECIDED}
        return {key: item for key, item in found.items() if item not in (None, "", [], {}, False, 0)}
    if isinstance(value, list):
        return sorted((_meant(item) for item in value), key=str)
    return value
