"""Proxies in the docker client's configuration."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from jobber.adapters.credentials.redaction import masked_call
from jobber.adapters.docker.proxies import client_proxies
from jobber.adapters.engine_api.endpoint import parse_endpoint

if TYPE_CHECKING:
    from pathlib import Path

SOCKET = "unix:///var/run/docker.sock"


def proxies(folder: Path, configuration: object, *, address: str = SOCKET) -> dict[str, str]:
    text = configuration if isinstance(configuration, str) else json.dumps(configuration)
    (folder / "config.json").write_text(text)
    return client_proxies({"DOCKER_CONFIG": str(folder)}, endpoint=parse_endpoint(address))


def both(**values: str) -> dict[str, str]:
    return {**values, **{name.lower(): value for name, value in values.items()}}


def test_each_proxy_is_there_in_both_cases(tmp_path: Path) -> None:
    chosen = {"httpProxy": "h", "httpsProxy": "s", "noProxy": "n", "ftpProxy": "f", "allProxy": "a"}

    assert proxies(tmp_path, {"proxies": {"default": chosen}}) == both(
        HTTP_PROXY="h", HTTPS_PROXY="s", NO_PROXY="n", FTP_PROXY="f", ALL_PROXY="a"
    )


def test_keys_are_read_in_any_case_and_unknown_ones_passed_over(tmp_path: Path) -> None:
    chosen = {"HTTPproxy": "h", "bogus": "b", "noProxy": "", "ftpProxy": 7}

    assert proxies(tmp_path, {"proxies": {"default": chosen}}) == both(HTTP_PROXY="h")


@pytest.mark.parametrize(
    ("address", "key"),
    [
        (SOCKET, SOCKET),
        ("tcp://box", "tcp://box:2375"),
        ("box:2376", "tcp://box:2376"),
        ("ssh://me@box", "ssh://me@box"),
    ],
)
def test_the_address_of_the_engine_goes_before_the_default(tmp_path: Path, address: str, key: str) -> None:
    configuration = {"proxies": {"default": {"httpProxy": "d", "noProxy": "n"}, key: {"httpProxy": "own"}}}

    assert proxies(tmp_path, configuration, address=address) == both(HTTP_PROXY="own")
    assert proxies(tmp_path, configuration, address="tcp://other:1") == both(HTTP_PROXY="d", NO_PROXY="n")


@pytest.mark.parametrize(
    "configuration",
    ["", "no json", "[]", "{}", {"proxies": None}, {"proxies": []}, {"proxies": {}}, {"proxies": {"default": "x"}}],
)
def test_a_configuration_without_proxies_has_none(tmp_path: Path, configuration: object) -> None:
    assert proxies(tmp_path, configuration) == {}


def test_without_a_configuration_there_are_none(tmp_path: Path) -> None:
    assert client_proxies({"HOME": str(tmp_path)}, endpoint=parse_endpoint(SOCKET)) == {}


def test_calls_are_told_without_build_arguments() -> None:
    path = "/build?dockerfile=D&buildargs=%7B%22HTTP_PROXY%22%3A%22http%3A%2F%2Fu%3Apw%40p%22%7D&target=x"

    assert masked_call(path) == "/build?dockerfile=D&buildargs=***&target=x"
