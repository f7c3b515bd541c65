"""The Podman connection in use: the engine that `podman --remote` would use.

`podman.domain.config` of podman-py is not used. It takes 170 ms to import; it reads the process environment and only
two of the files; and it fails on a connections file without a default (podman-py 5.8).
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobber.adapters.engine_api.endpoint import Endpoint, TlsFiles, parse_endpoint
from jobber.domain.errors import UsageError
from jobber.domain.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_RELEVANT = rb"(?m)^\s*(active_service\b|\[\s*engine\s*\.|service_destinations\b|engine\s*\.)"
"""The settings of connections in a `containers.conf`; jobber does not parse a file without them."""
_SYSTEM = "/etc/containers"
_LOCAL = ("localhost", "127.0.0.1", "::1")


def chosen_connection(environment: Mapping[str, str]) -> tuple[str, Endpoint] | None:
    """Return the name and the engine address of the connection in use; None if there is none.

    `CONTAINER_CONNECTION` names it, else the default of `podman-connections.json`, else the active service of
    `containers.conf`. Connections of the first file precede those of the second.

    Raises `UsageError` for a connection that names no engine.
    """
    connections: dict[str, Any] = {}
    active = ""
    for path in _configurations(environment):
        engine = _section(_read_toml(path), "engine", path)
        connections |= _section(engine, "service_destinations", path)
        active = engine.get("active_service", active)
    if file := _connections_file(environment):
        stored = _section(_read_json(file), "Connection", file)
        connections |= _section(stored, "Connections", file)
        active = stored.get("Default") or active
    name = str(environment.get("CONTAINER_CONNECTION") or active or "")
    if not name:
        return None
    hint = "`podman system connection list` lists the connections; `podman system connection default` chooses one"
    if name not in connections:
        near = did_you_mean(name, known=list(connections))
        raise UsageError(f"there is no podman connection {name!r}", hint=" ".join(filter(None, (near, hint))))
    try:
        return name, _endpoint({key.lower().replace("_", ""): value for key, value in connections[name].items()})
    except UsageError as error:
        why = error.what
    except (KeyError, TypeError, AttributeError):
        why = "it names no engine"
    raise UsageError(f"the podman connection {name!r} can't be used: {why}", hint=hint)


def _endpoint(facts: Mapping[str, Any]) -> Endpoint:
    """Return the address of a connection; its fields have two spellings, of which this mapping has one."""
    endpoint = parse_endpoint(facts["uri"])
    if any(facts.get(f"tls{name}") for name in ("ca", "cert", "key")):
        # A name in an empty folder stands for a file that does not exist.
        names = [facts.get(f"tls{name}") or "none" for name in ("ca", "cert", "key")]
        endpoint = endpoint.secured(TlsFiles("/nonexistent", True, *names))
    is_machine = bool(facts.get("ismachine")) and endpoint.host in _LOCAL
    return replace(endpoint, identity=facts.get("identity") or None, is_machine=is_machine)


def _configurations(environment: Mapping[str, str]) -> Iterator[Path]:
    """Yield the paths of `containers.conf`; later ones take precedence (containers.conf(5))."""
    if named := environment.get("CONTAINERS_CONF"):
        yield Path(named)
    else:
        for folder in filter(None, (_SYSTEM, _users_folder(environment))):
            yield Path(folder, "containers.conf")
            yield from sorted(Path(folder, "containers.conf.d").glob("*.conf"))
    if named := environment.get("CONTAINERS_CONF_OVERRIDE"):
        yield Path(named)


def _connections_file(environment: Mapping[str, str]) -> Path | None:
    if named := environment.get("PODMAN_CONNECTIONS_CONF"):
        return Path(named)
    folder = _users_folder(environment)
    return Path(folder, "podman-connections.json") if folder else None


def _users_folder(environment: Mapping[str, str]) -> str | None:
    home = environment.get("HOME")
    folder = environment.get("XDG_CONFIG_HOME") or (home and f"{home}/.config")
    return f"{folder}/containers" if folder else None


def _read_toml(path: Path) -> Any:
    text = _read(path)
    if not text or not re.search(_RELEVANT, text):
        return {}
    import tomllib

    try:
        return tomllib.loads(text.decode())
    except (ValueError, RecursionError) as error:
        raise _unusable(path, f"it is not valid TOML: {error}") from None


def _read_json(path: Path) -> Any:
    text = _read(path)
    try:
        return json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        raise _unusable(path, "it is not valid JSON") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return b""
    except OSError as error:
        raise _unusable(path, (error.strerror or str(error)).lower()) from None


def _section(facts: Any, name: str, path: Path) -> dict[str, Any]:
    section = facts.get(name) or {} if isinstance(facts, dict) else None
    if not isinstance(section, dict):
        raise _unusable(path, f"{name} is not a table" if isinstance(facts, dict) else "it is not a table")
    return section


def _unusable(path: Path, why: str) -> UsageError:
    return UsageError(
        f"{path} can't be used: {why}", hint="correct the file, or name an engine with -H or CONTAINER_HOST"
    )
