"""Addresses of engines."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from jobber.domain.errors import UsageError
from jobber.domain.values import frozen

DEFAULT_PORT = 2375
DEFAULT_TLS_PORT = 2376


class Scheme(StrEnum):
    """The protocol of the connection to an engine."""

    UNIX = "unix"
    TCP = "tcp"
    SSH = "ssh"


@frozen
class TlsFiles:
    """The certificates of a TLS connection: by default those in a folder, with the file names of `docker`."""

    folder: str
    verify: bool = True
    authority: str = "ca.pem"
    certificate: str = "cert.pem"
    key: str = "key.pem"


@frozen
class Endpoint:
    """The address of an engine."""

    scheme: Scheme
    host: str = ""
    port: int | None = None
    path: str = ""
    user: str | None = None
    tls: TlsFiles | None = None
    is_https: bool = False
    """True if the address itself requires TLS."""
    identity: str | None = None
    """The file of the private key for ssh; None for those of the user's configuration."""
    is_machine: bool = False
    """True for a virtual machine on this host (`podman machine`), whose host key is not checked."""

    def __str__(self) -> str:
        return f"https{self.docker_host[3:]}" if self.is_https else self.docker_host

    @property
    def docker_host(self) -> str:
        """The address in the form of the `docker` client, which does not support `https`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port is not None else ""
        return f"{self.scheme}://{user}{host}{port}{self.path}"

    def secured(self, tls: TlsFiles | None) -> Endpoint:
        """Return the same endpoint with TLS, if it is a TCP endpoint."""
        if tls is None or self.scheme is not Scheme.TCP:
            return self
        port = DEFAULT_TLS_PORT if self.port is None else self.port
        return replace(self, tls=tls, port=port)


def parse_endpoint(text: str) -> Endpoint:
    """Parse `HOST`, `HOST:PORT`, `tcp://`, `https://`, `ssh://user@host` or `unix:///path`. Raises `UsageError`.

    The default port (2375, or 2376 with TLS) is not filled in, because it depends on `secured`.
    """
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = ("unix", text) if text.startswith("/") else ("tcp", text)
    match scheme:
        case "unix" if rest.startswith("/"):
            return Endpoint(Scheme.UNIX, path=rest)
        case "tcp" | "http" | "https":
            return replace(_parse_network(text, Scheme.TCP, rest), is_https=scheme == "https")
        case "ssh":
            return _parse_network(text, Scheme.SSH, rest)
        case _:
            raise _not_a_host(text, "its scheme is not unix, tcp or ssh" if separator else "no path")


def _parse_network(text: str, scheme: Scheme, rest: str) -> Endpoint:
    address, slash, path = rest.partition("/")
    user, _, location = address.rpartition("@")
    if ":" in user:  # ssh takes none, and command lines, logs and messages would show it
        raise _not_a_host(text.replace(user, f"{user.partition(':')[0]}:***"), "an address must not contain a password")
    if location.startswith("["):
        host, bracket, after = location[1:].partition("]")
        colon, port = after[:1], after[1:]
        if not bracket or (after and colon != ":"):
            raise _not_a_host(text, "its address has an unclosed bracket")
    else:
        host, colon, port = location.partition(":")
    if not host or any(character.isspace() for character in host):
        raise _not_a_host(text, "it names no host")
    if colon and not (port.isdecimal() and 0 < int(port) < 1 << 16):
        raise _not_a_host(text, f"{port!r} is not a port")
    return Endpoint(
        scheme,
        host=host,
        port=int(port) if port else None,
        path=slash + path if path else "",
        user=user or None,
    )


def _not_a_host(text: str, why: str) -> UsageError:
    return UsageError(
        f"not an engine's host: {text!r}: {why}",
        hint="hosts look like HOST, HOST:PORT, tcp://HOST:PORT, ssh://USER@HOST or unix:///PATH",
    )
