"""The addresses where an engine may listen, in the order in which jobber tries them."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from jobber.adapters.engine_api.endpoint import Endpoint, TlsFiles, parse_endpoint
from jobber.domain.errors import UsageError
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_VARIABLES = {
    "auto": ("DOCKER_HOST", "CONTAINER_CONNECTION", "CONTAINER_HOST"),
    "docker": ("DOCKER_HOST",),
    "podman": ("CONTAINER_CONNECTION", "CONTAINER_HOST", "DOCKER_HOST"),
}
"""The environment variables that name an engine, in order of precedence, by requested engine kind.

Podman 5.8 uses `CONTAINER_CONNECTION` before `CONTAINER_HOST`, and its default connection only without both.
"""


@frozen
class Candidate:
    """An address where an engine may listen, and the reason to try it."""

    endpoint: Endpoint
    why: str
    alternative: str = ""
    """The way to use another engine, if the user named this address: jobber then tries no other one."""

    @property
    def named(self) -> bool:
        """True if the user named this address."""
        return bool(self.alternative)


def find_candidates(host: str | None, environment: Mapping[str, str], choice: str = "auto") -> Iterator[Candidate]:
    """Yield each address to try. Raises `UsageError`.

    Args:
        host: The address that the user gave; None to search.
        environment: The environment variables of the command.
        choice: `auto`, `docker` or `podman`.

    """
    if host is not None:
        yield Candidate(
            _secured(parse_endpoint(host), environment), "-H", "without -H, jobber looks for a local engine"
        )
        return
    for read in _sources(environment, choice):
        if candidate := read(environment):
            yield candidate
    for path, why in _sockets(environment):
        yield Candidate(parse_endpoint(path), why)


def _sources(environment: Mapping[str, str], choice: str) -> Iterator[Callable[[Mapping[str, str]], Candidate | None]]:
    """Yield the readers of the sources in which the user may have named an engine."""
    variables = [name for name in _VARIABLES[choice] if environment.get(name)]
    for name in variables:
        yield _podman_connection if name == "CONTAINER_CONNECTION" else partial(_of_variable, name)
    has_connection = choice != "docker" and not {"CONTAINER_CONNECTION", "CONTAINER_HOST"} & set(variables)
    if has_connection and choice == "podman":
        yield _podman_connection
    if not environment.get("DOCKER_HOST"):
        yield _docker_context
    if has_connection and choice == "auto":
        yield _podman_connection


def _of_variable(name: str, environment: Mapping[str, str]) -> Candidate:
    try:
        endpoint = parse_endpoint(environment[name])
    except UsageError as error:
        error.hint = f"the value of {name} is wrong; {error.hint}"
        raise
    if name == "CONTAINER_HOST" and (identity := environment.get("CONTAINER_SSHKEY")):
        endpoint = replace(endpoint, identity=identity)
    why = f"no other engine is used while {name} is set; -H names another one"
    return Candidate(_secured(endpoint, environment), name, why)


def _docker_context(environment: Mapping[str, str]) -> Candidate | None:
    from jobber.adapters.discovery.docker_context import current_context

    if (context := current_context(environment)) is None:
        return None
    name, endpoint = context
    why = "no other engine is used while this context is current (`docker context use`); -H names another one"
    return Candidate(endpoint, f"docker context {name}", why)


def _podman_connection(environment: Mapping[str, str]) -> Candidate | None:
    from jobber.adapters.discovery.podman_connection import chosen_connection

    if (connection := chosen_connection(environment)) is None:
        return None
    name, endpoint = connection
    chosen = (
        "CONTAINER_CONNECTION is set" if environment.get("CONTAINER_CONNECTION") else "this connection is the default"
    )
    why = f"no other engine is used while {chosen} (`podman system connection list`); -H names another one"
    return Candidate(_secured(endpoint, environment), f"podman connection {name}", why)


def _sockets(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    runtime = environment.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    yield "/var/run/docker.sock", "Docker's socket"
    yield f"{runtime}/docker.sock", "rootless Docker's socket"
    if home := environment.get("HOME"):
        yield f"{home}/.docker/run/docker.sock", "Docker Desktop's socket"
    yield f"{runtime}/podman/podman.sock", "rootless Podman's socket"
    yield "/run/podman/podman.sock", "Podman's socket"


def _secured(endpoint: Endpoint, environment: Mapping[str, str]) -> Endpoint:
    """Return the endpoint with TLS if the address or the environment requires it, with the files of `docker`."""
    verify = bool(environment.get("DOCKER_TLS_VERIFY"))
    if endpoint.tls is not None or not (endpoint.is_https or verify or environment.get("DOCKER_TLS")):
        return endpoint
    folder = environment.get("DOCKER_CERT_PATH") or f"{environment.get('HOME', '/')}/.docker"
    return endpoint.secured(TlsFiles(folder, verify=verify or not environment.get("DOCKER_TLS")))
