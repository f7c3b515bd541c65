"""Who we are to a registry, and which of several entries is meant for a reference."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobber.domain.images.reference import ImageReference

HUB = "docker.io"
_NAMES_OF_HUB = frozenset((HUB, "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"))
_OFFICIAL = "library"
_API_VERSIONS = frozenset(("v1", "v2"))


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user and a password for one registry; the password is in no text that this value turns into."""

    user: str
    password: str = field(repr=False)
    identity_token: str | None = field(default=None, repr=False)
    """What a login left in place of a password, where it did."""
    origin: str = ""
    """Where they are from, for errors: a configuration, a file, a credential helper."""
    stored: bool = False
    """Whether a login of Docker's or Podman's stored them, rather than jobber's configuration."""


@dataclass(frozen=True, slots=True)
class CredentialEntry:
    """One entry of the setting `credentials`, as it was written: for a registry, or a namespace of one."""

    registry: str
    user: str
    password: str | None = field(default=None, repr=False)
    password_file: str | None = None
    """A path as it was written; read when the password is needed."""


def entry_for(reference: ImageReference, entries: Iterable[CredentialEntry]) -> CredentialEntry | None:
    """The entry with the longest prefix, by whole segments, of a reference; of equals the last."""
    wanted = segments_of(reference)
    found: CredentialEntry | None = None
    longest = 0
    for entry in entries:
        prefix = registry_segments(entry.registry)
        if prefix and len(prefix) >= longest and wanted[: len(prefix)] == prefix:
            found, longest = entry, len(prefix)
    return found


def segments_of(reference: ImageReference) -> tuple[str, ...]:
    """Registry, namespaces and name, with what is left out where the engine turns to its own registry."""
    registry = host_of(reference)
    namespace = reference.namespace or ((_OFFICIAL,) if registry == HUB else ())
    return (registry, *namespace, reference.name)


def host_of(reference: ImageReference) -> str:
    """The registry of a reference, under one name whichever of its names was written."""
    return _one_name((reference.registry or HUB).lower())


def registry_segments(text: str) -> tuple[str, ...]:
    """A registry, with or without namespaces, as segments; a scheme, an end slash, an API version don't matter.

    A first segment that can be no host is a namespace of Docker's own registry, as in a reference.
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
