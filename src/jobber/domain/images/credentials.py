"""Registry credentials and how they are matched to references."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from jobber.domain.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobber.domain.images.reference import ImageReference

HUB = "docker.io"
_NAMES_OF_HUB = frozenset((HUB, "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"))
_OFFICIAL = "library"
_API_VERSIONS = frozenset(("v1", "v2"))


@frozen
class Credentials:
    """A user name and a password for one registry; `repr()` and `str()` omit the password."""

    user: str
    password: str = field(repr=False)
    identity_token: str | None = field(default=None, repr=False)
    """The identity token that a login stored in place of a password; None if there is none."""
    origin: str = ""
    """The origin of the credentials, for error messages: a configuration, a file or a credential helper."""
    stored: bool = False
    """True if a login of Docker or Podman stored the credentials; False if they come from jobber's configuration."""


@frozen
class CredentialEntry:
    """One entry of the setting `credentials`, as written: for a registry or a namespace in one."""

    registry: str
    user: str
    password: str | None = field(default=None, repr=False)
    password_file: str | None = None
    """The path of the password file, as written. jobber reads the file when it needs the password."""


def entry_for(reference: ImageReference, entries: Iterable[CredentialEntry]) -> CredentialEntry | None:
    """Return the entry with the longest prefix of a reference; None if no entry matches.

    Prefixes are compared by whole segments. If several entries match equally, the last one is used.
    """
    wanted = segments_of(reference)
    found: CredentialEntry | None = None
    longest = 0
    for entry in entries:
        prefix = registry_segments(entry.registry)
        if prefix and len(prefix) >= longest and wanted[: len(prefix)] == prefix:
            found, longest = entry, len(prefix)
    return found


def segments_of(reference: ImageReference) -> tuple[str, ...]:
    """Return the registry, the namespaces and the name of a reference as segments.

    Omitted parts are filled in for Docker Hub: its host, and the namespace `library`.
    """
    registry = host_of(reference)
    namespace = reference.namespace or ((_OFFICIAL,) if registry == HUB else ())
    return (registry, *namespace, reference.name)


def host_of(reference: ImageReference) -> str:
    """Return the registry host of a reference; the alternative names of Docker Hub all become `docker.io`."""
    return _one_name((reference.registry or HUB).lower())


def registry_segments(text: str) -> tuple[str, ...]:
    """Return the segments of a registry with or without namespaces; empty if `text` has no host.

    A scheme, a trailing slash and an API version are ignored. If the first segment cannot be a host name, it is a
    namespace on Docker Hub, as in a reference.
    """
    _, scheme, rest = text.strip().rpartition("://")
    host, *path = [segment for segment in (rest if scheme else text.strip()).split("/") if segment] or [""]
    if not host:
        return ()
    if not (scheme or "." in host or ":" in host or host == "localhost" or host != host.lower()):
        return (HUB, host, *path)
    host = _one_name(host.lower())
    if path and path[0] in _API_VERSIONS and (scheme or host == HUB):
        path = path[1:]
    return (host, *path)


def _one_name(host: str) -> str:
    return HUB if host in _NAMES_OF_HUB else host
