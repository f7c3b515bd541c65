"""Proxies of the docker client's configuration, which the client passes to every container and every build.

See "Configure the Docker client to use a proxy" in Docker's manual: `proxies` in `config.json`, by the address of the
daemon, else `default`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobber.adapters.engine_api.endpoint import DEFAULT_PORT, Scheme

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.adapters.engine_api.endpoint import Endpoint

_DEFAULT = "default"
_NAMES = {
    "httpproxy": "HTTP_PROXY",
    "httpsproxy": "HTTPS_PROXY",
    "noproxy": "NO_PROXY",
    "ftpproxy": "FTP_PROXY",
    "allproxy": "ALL_PROXY",
}
"""Variables by the keys of the configuration; the client, a Go program, ignores the case of the keys."""


def client_proxies(environment: Mapping[str, str], *, endpoint: Endpoint) -> dict[str, str]:
    """Return the proxy variables, both in upper and in lower case.

    A configuration that the client can't read has no proxies.
    """
    folder = environment.get("DOCKER_CONFIG") or f"{environment.get('HOME', '/')}/.docker"
    try:
        proxies: Any = json.loads(Path(folder, "config.json").read_bytes()).get("proxies")
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}
    if not isinstance(proxies, dict):
        return {}
    chosen = proxies.get(_address(endpoint), proxies.get(_DEFAULT))
    if not isinstance(chosen, dict):
        return {}
    found: dict[str, str] = {}
    for key, value in chosen.items():
        name = _NAMES.get(key.lower())
        if name is not None and isinstance(value, str) and value:
            found |= {name: value, name.lower(): value}
    return found


def _address(endpoint: Endpoint) -> str:
    """Return the daemon's address as the client writes it."""
    has_port = endpoint.port is not None or endpoint.scheme is not Scheme.TCP
    return str(endpoint) if has_port else f"{endpoint}:{DEFAULT_PORT}"
