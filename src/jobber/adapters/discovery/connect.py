"""Search for an engine, and construction of its adapter. Only this module imports all adapters."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jobber.adapters.credentials.redaction import masked_call
from jobber.adapters.engine_api.connection_errors import ConnectionBroken, EngineUnreachable
from jobber.adapters.engine_api.endpoint import Endpoint, Scheme, TlsFiles, parse_endpoint
from jobber.adapters.engine_api.ping import ANSWER_SECONDS, EngineAnswer, ping
from jobber.domain.errors import EngineUnavailable, UsageError

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from jobber.adapters.discovery.ssh import SshTunnel
    from jobber.domain.ports import Engine
    from jobber.domain.ports.progress import Progress

OWN_ENGINES = ("auto", "docker", "podman")
_HINT = (
    "start one (`systemctl start docker`, or `systemctl --user start podman.socket`), install one"
    " (`apt install podman`), or name one with -H or DOCKER_HOST"
)
_HINT_FORBIDDEN = (
    "your user may not use that socket: add it to the socket's group (`sudo usermod -aG docker $USER`, then log in"
    " again), or use a rootless engine"
)
_HINT_TCP = (
    "check that an engine is running and listening there. TLS is used with DOCKER_TLS_VERIFY=1 and the certificates in"
    " DOCKER_CERT_PATH"
)
_HINT_UNIX = "check that an engine is running and listening on this socket"
_OTHERWISE = {
    "-H": "without -H, jobber looks for a local engine",
    "DOCKER_HOST": "no other engine is used while DOCKER_HOST is set; -H names another one",
    "CONTAINER_HOST": "no other engine is used while CONTAINER_HOST is set; -H names another one",
}
_OTHERWISE_CONTEXT = (
    "no other engine is used while this context is current (`docker context use`); -H names another one"
)
_VARIABLES = {
    "auto": ("DOCKER_HOST", "CONTAINER_HOST"),
    "docker": ("DOCKER_HOST",),
    "podman": ("CONTAINER_HOST", "DOCKER_HOST"),
}
"""The environment variables that name an engine, in order of precedence, by requested engine kind."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address where an engine may listen, and the reason to try it."""

    endpoint: Endpoint
    why: str
    named: bool
    """True if the user named this address; jobber then tries no other engine."""


class _Way:
    """The route to an endpoint: direct, or an SSH tunnel that is opened on demand."""

    def __init__(self, endpoint: Endpoint, *, seconds: float | None = None) -> None:
        self._tunnel: SshTunnel | None = None
        self.dial: Callable[[float], socket.socket] | None = None
        if endpoint.scheme is Scheme.SSH:
            from jobber.adapters.discovery.ssh import SshTunnel

            self._tunnel = SshTunnel(endpoint, seconds=seconds)
            self.dial = self._tunnel.dial

    def explain(self, error: EngineUnreachable | ConnectionBroken) -> EngineUnreachable | ConnectionBroken:
        """Return the tunnel's own error if it is more specific than the given one."""
        if self._tunnel is None or str(error).startswith("ssh: "):
            return error
        return self._tunnel.complaint() or error

    def close(self) -> None:
        """Close the tunnel, if there is one."""
        if self._tunnel is not None:
            self._tunnel.close()


def connect(
    *,
    host: str | None,
    choice: str,
    environment: Mapping[str, str],
    progress: Progress,
    starts_service: bool = True,
    seconds: float | None = None,
) -> Engine:
    """Find the requested engine and connect to it.

    If the user named an engine and it does not respond, that is an error: jobber tries no other engine. If none was
    named and none responds, jobber starts a Podman service, unless the caller disables that.

    Args:
        host: Address of the engine; None to search.
        choice: `auto`, `docker`, `podman`, or the name of a third-party engine.
        environment: The environment variables of the command.
        progress: Receiver of warnings and of notes about engine calls.
        starts_service: Whether jobber may start a Podman service. Default: True.
        seconds: Time limit for the engine's first response. Each part of a later response may take twice as long.
            Default: None, which means 20 seconds for the first response and no limit afterwards.

    Returns:
        The connected engine.

    Raises:
        EngineUnavailable: No engine responded; the error lists all addresses tried.
        UsageError: The host is not a valid address.

    """
    if choice not in OWN_ENGINES:
        from jobber.adapters.discovery.plugins import connect_brought

        return connect_brought(choice, host=host, environment=environment, progress=progress)
    tried: list[tuple[str, str]] = []
    for candidate in _candidates(host, environment, choice):
        way = _Way(candidate.endpoint, seconds=seconds)
        where = f"{candidate.endpoint} ({candidate.why})"
        try:
            answer = ping(candidate.endpoint, dial=way.dial, seconds=seconds or ANSWER_SECONDS)
        except (EngineUnreachable, ConnectionBroken) as error:
            explained = way.explain(error)
            way.close()
            tried.append((where, str(explained)))
            if candidate.named:
                raise EngineUnavailable(tried, hint=_hint_for(candidate, explained)) from None
            continue
        except BaseException:
            way.close()
            raise
        if choice not in ("auto", answer.name):
            way.close()
            tried.append((where, f"it is {answer.name}, not {choice}"))
            if candidate.named and host is None:
                facts = {"host": str(candidate.endpoint), "origin": candidate.why}
                progress.warn("host-of-other-kind", **facts, kind=answer.name, wanted=choice)
            continue
        progress.call("engine", name=answer.name, version=answer.version, host=str(candidate.endpoint))
        settings = _Settings(environment, progress, seconds and 2 * seconds)
        return _assemble(candidate.endpoint, answer, settings, dial=way.dial, closing=way.close)
    if starts_service and host is None and choice in ("auto", "podman"):
        from jobber.adapters.podman.service import start_service

        service = start_service(environment, tried=tried, seconds=seconds and 3 * seconds)
        if service is not None:
            settings = _Settings(environment, progress, seconds and 2 * seconds)
            return _assemble(service.endpoint, service.answer, settings, closing=service.stop)
    raise EngineUnavailable(tried, hint=_hint(tried, host=host, choice=choice))


def _hint(tried: Sequence[tuple[str, str]], *, host: str | None, choice: str) -> str:
    if host is not None:
        return f"omit --engine {choice}, or name another host"
    forbidden = [where for where, why in tried if why == "permission denied"]
    return f"{forbidden[0]}: {_HINT_FORBIDDEN}" if forbidden else _HINT


def _hint_for(candidate: Candidate, error: EngineUnreachable | ConnectionBroken) -> str:
    """Return a hint for a named engine that does not respond."""
    match candidate.endpoint.scheme:
        case Scheme.SSH:
            remedy = error.hint
        case Scheme.TCP:
            remedy = _HINT_TCP
        case Scheme.UNIX:
            remedy = _HINT_FORBIDDEN if str(error) == "permission denied" else _HINT_UNIX
    otherwise = _OTHERWISE.get(candidate.why, _OTHERWISE_CONTEXT)
    return "; ".join(filter(None, (remedy, otherwise)))


def _candidates(host: str | None, environment: Mapping[str, str], choice: str = "auto") -> Iterator[Candidate]:
    tls = _tls_files(environment)
    if host is not None:
        yield Candidate(parse_endpoint(host).secured(tls), "-H", named=True)
        return
    for variable in _VARIABLES[choice]:
        if text := environment.get(variable):
            try:
                endpoint = parse_endpoint(text)
            except UsageError as error:
                error.hint = f"the value of {variable} is wrong; {error.hint}"
                raise
            yield Candidate(endpoint.secured(tls), variable, named=True)
    if not environment.get("DOCKER_HOST"):
        from jobber.adapters.discovery.docker_context import current_context

        if context := current_context(environment):
            name, endpoint = context
            yield Candidate(endpoint, f"docker context {name}", named=True)
    for path, why in _sockets(environment):
        yield Candidate(parse_endpoint(path), why, named=False)


def _sockets(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    runtime = environment.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    yield "/var/run/docker.sock", "Docker's socket"
    yield f"{runtime}/docker.sock", "rootless Docker's socket"
    if home := environment.get("HOME"):
        yield f"{home}/.docker/run/docker.sock", "Docker Desktop's socket"
    yield f"{runtime}/podman/podman.sock", "rootless Podman's socket"
    yield "/run/podman/podman.sock", "Podman's socket"


def _tls_files(environment: Mapping[str, str]) -> TlsFiles | None:
    verify = bool(environment.get("DOCKER_TLS_VERIFY"))
    if not verify and not environment.get("DOCKER_TLS"):
        return None
    home = environment.get("HOME", "/")
    return TlsFiles(environment.get("DOCKER_CERT_PATH") or f"{home}/.docker", verify=verify)


@dataclass(frozen=True, slots=True)
class _Settings:
    """The settings of a connection that do not depend on the engine."""

    environment: Mapping[str, str]
    progress: Progress
    seconds: float | None

    def tell(self, method: str, target: str) -> None:
        """Report a call of the engine's API."""
        self.progress.call("engine-call", call=f"{method} {masked_call(target)}")


def _assemble(
    endpoint: Endpoint,
    answer: EngineAnswer,
    settings: _Settings,
    *,
    dial: Callable[[float], socket.socket] | None = None,
    closing: Callable[[], None],
) -> Engine:
    facts: Any = {"seconds": settings.seconds, "on_call": settings.tell, "dial": dial}
    if answer.name == "podman":
        from jobber.adapters.podman.client import PodmanClient
        from jobber.adapters.podman.engine import PodmanEngine

        podman = PodmanClient(endpoint, version=answer.version, **facts)
        return PodmanEngine(podman, address=str(endpoint), version=answer.version, closing=closing)
    from jobber.adapters.docker.client import DockerClient
    from jobber.adapters.docker.engine import DockerEngine

    docker = DockerClient(endpoint, version=answer.api_version, **facts)
    return DockerEngine(
        docker, environment=settings.environment, address=str(endpoint), version=answer.version, closing=closing
    )


def places(host: str | None, environment: Mapping[str, str], choice: str) -> Iterator[Candidate]:
    """Return each address where `connect` looks for an engine, in order. Raises `UsageError`."""
    return _candidates(host, environment, choice)


def greet(endpoint: Endpoint, *, seconds: float) -> str:
    """Connect to an address and return the name and version of its engine.

    Raises `EngineUnreachable` if no engine responds within `seconds`; the error's text is only the reason.
    """
    way = _Way(endpoint, seconds=seconds)
    try:
        answer = ping(endpoint, dial=way.dial, seconds=seconds)
    except (EngineUnreachable, ConnectionBroken) as error:
        raise EngineUnreachable(str(way.explain(error))) from None
    finally:
        way.close()
    return f"{answer.name} {answer.version}"
