"""The location of a reference's repository in the API of its registry."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from jobber.domain.images.credentials import HUB, segments_of
from jobber.domain.values import frozen

if TYPE_CHECKING:
    from jobber.domain.images.reference import ImageReference

_API_OF_HUB = "registry-1.docker.io"


@frozen
class RepositoryLocation:
    """The location of a repository of a registry."""

    host: str
    """The host, with its port if there is one."""
    name: str
    """The repository's name, with `library/` on Docker Hub."""
    is_here: bool
    """True if the registry is on this machine: jobber uses unencrypted HTTP only for those, as Docker does."""


def location_of(reference: ImageReference) -> RepositoryLocation:
    """Return the location of a reference's repository."""
    host, *segments = segments_of(reference)
    return RepositoryLocation(_API_OF_HUB if host == HUB else host, "/".join(segments), is_loopback(host))


def is_loopback(host: str) -> bool:
    """Return whether a host, with or without a port, is this machine by name or address."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() and not host.endswith("]") else host
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
