"""Search for an engine, and construction of its adapter. Only this module imports all adapters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobber.adapters.credentials.redaction import masked_call
from jobber.adapters.discovery.candidates import find_candidates
from jobber.adapters.engine_api.connection_errors import ConnectionBroken, EngineUnreachable
from jobber.adapters.engine_api.endpoint import Endpoint, Scheme
from jobber.adapters.engine_api.lazy_package import import_lazily
from jobber.adapters.engine_api.ping import ANSWER_SECONDS, EngineAnswer, ping
from jobber.domain.errors import EngineUnavailable
from jobber.domain.values import frozen

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping, Sequence

    from jobber.adapters.discovery.candidates import Candidate
    from jobber.adapters.discovery.ssh_tunnel import SshTunnel
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
    "check that an engine is running and listening there. TLS is used for https:// and with DOCKER_TLS_VERIFY=1, with"
    " the certificates in DOCKER_CERT_PATH"
)
_HINT_UNIX = "check that an engine is running and listening on this socket"


class EngineRoute:
    """The route to an endpoint: direct, or an SSH tunnel that is opened on demand."""

    def __init__(self, endpoint: Endpoint, *, environment: Mapping[str, str], seconds: float | None = None) -> None:
        self._tunnel: SshTunnel | None = None
        self.dial: Callable[[float], socket.socket] | None = None
        if endpoint.scheme is Scheme.SSH:
            from jobber.adapters.discovery.ssh_tunnel import SshTunnel

            self._tunnel = SshTunnel(endpoint, environment=environment, seconds=seconds)
            self.dial = self._tunnel.dial

    def explain(self, error: EngineUnreachable | ConnectionBroken) -> EngineUnreachable | ConnectionBroken:
        """Return the tunnel's own error if it is more specific than the given one."""
        if self._tunnel is None or str(error).startswith("ssh: "):
            return error
        return self._tunnel.last_error() or error

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
    for candidate in find_candidates(host, environment, choice):
        route = EngineRoute(candidate.endpoint, environment=environment, seconds=seconds)
        where = f"{candidate.endpoint} ({candidate.why})"
        try:
            answer = ping(candidate.endpoint, dial=route.dial, seconds=seconds or ANSWER_SECONDS)
        except (EngineUnreachable, ConnectionBroken) as error:
            explained = route.explain(error)
            route.close()
            tried.append((where, str(explained)))
            if candidate.named:
                raise EngineUnavailable(tried, hint=_hint_for(candidate, explained)) from None
            continue
        except BaseException:
            route.close()
            raise
        if choice not in ("auto", answer.name):
            route.close()
            tried.append((where, f"it is {answer.name}, not {choice}"))
            if candidate.named and host is None:
                facts = {"host": str(candidate.endpoint), "origin": candidate.why}
                progress.warn("host-of-other-kind", **facts, kind=answer.name, wanted=choice)
            continue
        progress.call("engine", name=answer.name, version=answer.version, host=str(candidate.endpoint))
        settings = _Settings(environment, progress, seconds and 2 * seconds)
        return _assemble(candidate.endpoint, answer, settings, dial=route.dial, closing=route.close)
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
    return "; ".join(filter(None, (remedy, candidate.alternative)))


@frozen
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
        import_lazily("podman")
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


def greet(endpoint: Endpoint, *, environment: Mapping[str, str], seconds: float) -> str:
    """Connect to an address and return the name and version of its engine.

    Raises `EngineUnreachable` if no engine responds within `seconds`; the error's text is only the reason.
    """
    route = EngineRoute(endpoint, environment=environment, seconds=seconds)
    try:
        answer = ping(endpoint, dial=route.dial, seconds=seconds)
    except (EngineUnreachable, ConnectionBroken) as error:
        raise EngineUnreachable(str(route.explain(error))) from None
    finally:
        route.close()
    return f"{answer.name} {answer.version}"
