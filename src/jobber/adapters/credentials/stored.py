"""Logins stored by `docker login` and `podman login`: config.json, auth.json, and the helpers that they name."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobber.adapters.credentials.helper import ask_helper
from jobber.domain.errors import StoredLoginsUnreadable
from jobber.domain.images.credentials import HUB, Credentials, host_of, registry_segments, segments_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobber.domain.images.reference import ImageReference

_SERVER_OF_HUB = "https://index.docker.io/v1/"
"""The key under which clients store logins of Docker Hub."""


def stored_credentials(reference: ImageReference, environment: Mapping[str, str]) -> Credentials | None:
    """Return the credentials stored for a reference, from the first file with a match. Raises `CredentialsUnusable`."""
    for path, of_docker in login_files(environment):
        logins = read_logins(path, host_of(reference))
        if logins is not None and (
            found := _Logins(path, logins, of_docker=of_docker, environment=environment).find(reference)
        ):
            return found
    return None


def login_files(environment: Mapping[str, str]) -> Iterator[tuple[Path, bool]]:
    """Yield the login files in order, each with a flag for Docker's format, in which a key is only a host name."""
    home = environment.get("HOME")
    if named := environment.get("REGISTRY_AUTH_FILE"):
        yield Path(named), False
    if folder := environment.get("DOCKER_CONFIG"):
        yield Path(folder, "config.json"), True
    elif home:
        yield Path(home, ".docker", "config.json"), True
    runtime = environment.get("XDG_RUNTIME_DIR")
    yield Path(runtime or f"/run/containers/{os.getuid()}", *(("containers",) if runtime else ()), "auth.json"), False
    if folder := environment.get("XDG_CONFIG_HOME") or (home and f"{home}/.config"):
        yield Path(folder, "containers", "auth.json"), False
    if environment.get("DOCKER_CONFIG") and home:
        yield Path(home, ".docker", "config.json"), True


def read_logins(path: Path, registry: str) -> dict[str, Any] | None:
    """Read a login file; return None if it is missing or empty. Raises `StoredLoginsUnreadable`."""
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise StoredLoginsUnreadable(registry, path=str(path), why=why) from None
    if not text.strip():
        return None
    try:
        logins = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise StoredLoginsUnreadable(registry, path=str(path), why=f"it is not valid JSON{where}") from None
    if not isinstance(logins, dict):
        raise StoredLoginsUnreadable(registry, path=str(path), why="it is not a JSON object")
    return logins


class _Logins:
    """The logins of one file."""

    def __init__(
        self,
        path: Path,
        logins: dict[str, Any],
        *,
        of_docker: bool,
        environment: Mapping[str, str],
    ) -> None:
        self._path = path
        self._logins = logins
        self._of_docker = of_docker
        self._environment = environment

    def find(self, reference: ImageReference) -> Credentials | None:
        host = host_of(reference)
        if key := self._key(self._section("credHelpers", host), reference):
            return self._ask(self._section("credHelpers", host)[key], key, host)
        auths = self._section("auths", host)
        key = self._key(auths, reference)
        store = self._logins.get("credsStore")
        if store and (found := self._ask(store, key or host, host)):
            return found
        return self._decode(auths[key], host) if key else None

    def _section(self, name: str, host: str) -> dict[str, Any]:
        section = self._logins.get(name) or {}
        if not isinstance(section, dict):
            raise StoredLoginsUnreadable(host, path=str(self._path), why=f"{name} is not a JSON object")
        return section

    def _key(self, section: dict[str, Any], reference: ImageReference) -> str | None:
        """Return the key with the longest matching prefix; of equal ones, the key that is written in full."""
        wanted = segments_of(reference)
        best: tuple[int, str] | None = None
        for key in section:
            prefix = registry_segments(key if "://" in key or "/" in key else f"https://{key}")
            if self._of_docker:
                prefix = prefix[:1]
            if prefix and wanted[: len(prefix)] == prefix:
                best = max(best or (0, ""), (len(prefix), key))
        return best[1] if best else None

    def _ask(self, name: Any, key: str, host: str) -> Credentials | None:
        if not isinstance(name, str):
            raise StoredLoginsUnreadable(
                host, path=str(self._path), why="the name of a credential helper is not a string"
            )
        server = _SERVER_OF_HUB if host == HUB else key
        return ask_helper(name, server=server, registry=host, named_in=str(self._path), environment=self._environment)

    def _decode(self, entry: Any, host: str) -> Credentials | None:
        try:
            user, password = str(entry.get("username") or ""), str(entry.get("password") or "")
            if entry.get("auth"):
                text = base64.b64decode(entry["auth"], validate=True).decode()
                user, password = text.split(":", 1)
                password = password.rstrip("\0")
            token = entry.get("identitytoken") or None
        except (ValueError, TypeError, AttributeError):
            raise StoredLoginsUnreadable(host, path=str(self._path), why=f"the login for {host} is malformed") from None
        if not user and not token:
            return None
        return Credentials(user, password, identity_token=token, origin=str(self._path), stored=True)
