"""List of all local logins by name, and of their problems.

jobber reads no secrets except those stored in files. It runs credential helpers only to print their version, because
for a login they might prompt the user or call a cloud service.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jobber.adapters.credentials.helper import check_helper
from jobber.adapters.credentials.keyring import check_entry
from jobber.adapters.credentials.stored import login_files, read_logins
from jobber.domain.checkup.findings import Login, Logins
from jobber.domain.errors import CredentialsUnusable, JobberError, StoredLoginsUnreadable
from jobber.domain.images.credentials import registry_segments

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from jobber.domain.images.credentials import CredentialEntry

_ALL = "all registries"
_PREFIX = "docker-credential-"


def list_logins(entries: Sequence[CredentialEntry], environment: Mapping[str, str]) -> Logins:
    """List the logins of the configuration, Docker and Podman, and check what they refer to."""
    listing = _Listing(environment)
    for entry in entries:
        listing.found.append(Login(_registry(entry.registry), "configuration"))
        try:
            check_entry(entry, environment)
        except CredentialsUnusable as error:
            listing.problems.append(error)
    for path in dict.fromkeys(path for path, _ in login_files(environment)):
        listing.add(path)
    return Logins(tuple(listing.found), tuple(listing.stores), tuple(listing.problems))


class _Listing:
    """The logins and problems found so far."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.found: list[Login] = []
        self.stores: list[str] = []
        self.problems: list[JobberError] = []
        self._checked: set[str] = set()

    def add(self, path: Path) -> None:
        """Add the logins of a file if the file exists."""
        try:
            if logins := _read(path):
                self._add(str(path), logins)
        except StoredLoginsUnreadable as error:
            self.problems.append(error)

    def _add(self, path: str, logins: Mapping[str, Any]) -> None:
        helpers = _section(logins, "credHelpers", path)
        for key, name in helpers.items():
            self._helper(name, registry=_registry(key), path=path)
            self.found.append(Login(_registry(key), path, f"{_PREFIX}{name}"))
        store = logins.get("credsStore")
        if store:
            self._helper(store, registry=_ALL, path=path)
            self.stores.append(f"{_PREFIX}{store}")
        for key in _section(logins, "auths", path):
            if key not in helpers:
                self.found.append(Login(_registry(key), path, f"{_PREFIX}{store}" if store else ""))

    def _helper(self, name: Any, *, registry: str, path: str) -> None:
        """Check a helper only once, even if several registries use it. Raises `StoredLoginsUnreadable`."""
        if not isinstance(name, str):
            raise StoredLoginsUnreadable(registry, path=path, why="the name of a credential helper is not a string")
        if name in self._checked:
            return
        self._checked.add(name)
        try:
            check_helper(name, registry=registry, named_in=path, environment=self._environment)
        except CredentialsUnusable as error:
            self.problems.append(error)


def _read(path: Path) -> Mapping[str, Any] | None:
    with suppress(OSError):
        if path.is_fifo():  # reading it could block forever
            raise StoredLoginsUnreadable(_ALL, path=str(path), why="it is not a regular file")
    return read_logins(path, _ALL)


def _section(logins: Mapping[str, Any], name: str, path: str) -> Mapping[str, Any]:
    section = logins.get(name) or {}
    if not isinstance(section, dict):
        raise StoredLoginsUnreadable(_ALL, path=path, why=f"{name} is not a JSON object")
    return section


def _registry(key: str) -> str:
    """Return a registry as written in references, without a user or password contained in the key."""
    return "/".join(_segments(key)) or key.rpartition("@")[2]


def _segments(key: str) -> Iterator[str]:
    scheme, separator, rest = key.rpartition("://")
    yield from registry_segments(f"{scheme}{separator}{rest.rpartition('@')[2]}")
