"""The current Docker context: the engine that the `docker` client would use."""

from __future__ import annotations

import json
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobber.adapters.engine_api.endpoint import Endpoint, TlsFiles, parse_endpoint
from jobber.domain.errors import UsageError
from jobber.domain.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEFAULT = "default"
"""The context that names no engine: environment variables and the default sockets apply."""


def current_context(environment: Mapping[str, str]) -> tuple[str, Endpoint] | None:
    """Return the name and the engine address of the current Docker context; None for the default context.

    Raises `UsageError` for a context that names no engine; the `docker` client fails there too.
    """
    folder = Path(environment.get("DOCKER_CONFIG") or Path(environment.get("HOME", "/"), ".docker"))
    name = environment.get("DOCKER_CONTEXT") or _configured_name(folder / "config.json")
    if not name or name == _DEFAULT:
        return None
    key = sha256(name.encode(errors="surrogateescape")).hexdigest()
    try:
        stored = json.loads((folder / "contexts" / "meta" / key / "meta.json").read_bytes())
        docker = stored["Endpoints"]["docker"]
        certificates = folder / "contexts" / "tls" / key / "docker"
        tls = TlsFiles(str(certificates), verify=not docker.get("SkipTLSVerify")) if certificates.is_dir() else None
        return name, parse_endpoint(docker["Host"]).secured(tls)
    except (FileNotFoundError, NotADirectoryError):
        near = did_you_mean(name, known=_context_names(folder))
        raise UsageError(
            f"there is no docker context {name!r}", hint=" ".join(filter(None, (near, _hint(environment))))
        ) from None
    except UsageError as error:
        why = error.what
    except OSError as error:
        why = (error.strerror or str(error)).lower()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        why = "its metadata names no engine"
    raise UsageError(f"the docker context {name!r} can't be used: {why}", hint=_hint(environment))


def _configured_name(path: Path) -> str | None:
    """Return the context named in the client's configuration; None if the configuration cannot be read."""
    try:
        configuration: Any = json.loads(path.read_bytes())
        name = configuration.get("currentContext")
    except (OSError, ValueError, AttributeError, RecursionError):
        return None
    return name if isinstance(name, str) else None


def _context_names(folder: Path) -> list[str]:
    """Return the names of Docker's contexts, without those that cannot be read."""
    names = [_DEFAULT]
    for file in folder.glob("contexts/meta/*/meta.json"):
        with suppress(OSError, ValueError, KeyError, TypeError):
            names.append(str(json.loads(file.read_bytes())["Name"]))
    return names


def _hint(environment: Mapping[str, str]) -> str:
    chosen = "DOCKER_CONTEXT" if environment.get("DOCKER_CONTEXT") else "`docker context use NAME`"
    return f"`docker context ls` lists the contexts; {chosen} chooses another one"
