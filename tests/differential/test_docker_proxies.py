"""`docker create` and jobber give a container the same proxies of the client's configuration."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from comparison import COMMAND, Clients

from jobber.adapters.docker.proxies import client_proxies
from jobber.adapters.engine_api.endpoint import parse_endpoint
from jobber.domain.containers.container import ContainerSpecification
from jobber.domain.docker_options import parse_options

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]

ALL = {"httpProxy": "http://me:pw@p:1", "httpsProxy": "http://p:2", "noProxy": "a,b", "ftpProxy": "http://p:3"}
OWN = {"httpProxy": "http://own:1"}


@pytest.mark.parametrize("proxies", [{"default": ALL}, {"default": ALL, "ADDRESS": OWN}, {"tcp://other:1": OWN}, {}])
@pytest.mark.parametrize(
    "words",
    [
        [],
        ["-e", "HTTP_PROXY=mine"],
        ["-e", "http_proxy=mine", "-e", "HTTPS_PROXY=", "-e", "NO_PROXY"],
        ["-e", "GREETING", "-e", "ftp_proxy=x", "-e", "FTP_PROXY=x"],
    ],
)
def test_the_environment_is_the_one_that_docker_gives(
    docker: Clients, tmp_path: Path, proxies: dict[str, Any], words: Sequence[str]
) -> None:
    address = docker.command[2]
    written = {address if key == "ADDRESS" else key: value for key, value in proxies.items()}
    (tmp_path / "config.json").write_text(json.dumps({"proxies": written}))
    clients = replace(docker, environment={**docker.environment, "DOCKER_CONFIG": str(tmp_path)})
    options = parse_options(words, environment=clients.environment, directory=str(tmp_path))
    options = options.with_defaults(client_proxies(clients.environment, endpoint=parse_endpoint(address)))
    made = docker.engine.containers.create(ContainerSpecification(docker.image, options, command=COMMAND))
    theirs = clients.theirs(words)

    assert isinstance(theirs, dict)
    assert sorted(clients._looked_up(made)["Config"]["Env"]) == sorted(theirs["Config"]["Env"])
