"""The event stream of a pull or a push, in which Docker and Podman report steps, and errors in the middle of it."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from jobber.adapters.credentials.redaction import masked
from jobber.adapters.engine_api.connection_errors import ConnectionBroken, EngineUnreachable
from jobber.adapters.engine_api.layer_progress import LayerProgress
from jobber.adapters.engine_api.registry_errors import refusal
from jobber.domain.errors import PullRefused
from jobber.domain.images.credentials import HUB

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jobber.adapters.engine_api.connection import EngineConnection
    from jobber.adapters.engine_api.response import Response
    from jobber.domain.errors import PushRefused
    from jobber.domain.images.credentials import Credentials
    from jobber.domain.images.reference import ImageReference
    from jobber.domain.ports.progress import Progress

_DIGEST = re.compile(r"digest: (sha256:[0-9a-f]{64})")
_SERVER_OF_HUB = "https://index.docker.io/v1/"


def exchange(
    connection: EngineConnection,
    path: str,
    query: Mapping[str, object],
    *,
    reference: ImageReference,
    refused: type[PullRefused | PushRefused],
    credentials: Credentials | None,
    progress: Progress,
    cause: Callable[[str], str] = str,
) -> str:
    """Pull or push, and return the digest if the engine reports one. Raises `refused` or a subclass."""
    headers = authorization(credentials, reference)
    try:
        with connection.call("POST", path, query=query, headers=headers) as response:
            return follow(response, reference, refused=refused, credentials=credentials, progress=progress, cause=cause)
    except (ConnectionBroken, EngineUnreachable) as error:
        raise refused(str(reference), why=f"the connection to the engine was cut: {error}") from None


def follow(
    response: Response,
    reference: ImageReference,
    *,
    refused: type[PullRefused | PushRefused],
    credentials: Credentials | None,
    progress: Progress,
    cause: Callable[[str], str] = str,
) -> str:
    """Read the stream to its end and return the digest if the engine reports one.

    `cause` extracts the cause from the engine's message. Raises `refused` or a subclass, and `ConnectionBroken`.
    """
    digest = ""
    short = replace(reference, registry=None, namespace=())  # leaves room for the layers on a narrow terminal
    layers = LayerProgress(f"{'pulling' if refused is PullRefused else 'pushing'} {short}")
    if not response.ok:
        raise refusal(refused, reference, cause(response.why()), credentials)
    for event in response.json_lines():
        if not isinstance(event, dict):
            continue
        if why := event.get("error") or (event.get("errorDetail") or {}).get("message"):
            raise refusal(refused, reference, cause(str(why)), credentials)
        told = _DIGEST.search(event.get("status") or "")
        digest = (event.get("aux") or {}).get("Digest") or (told[1] if told else digest)
        if line := layers.tell(event):
            progress.step(masked(line, [credentials]))
    return digest


def authorization(credentials: Credentials | None, reference: ImageReference) -> dict[str, str]:
    """Return the header with the registry credentials; the password is nowhere else."""
    facts = {} if credentials is None else _facts(credentials, reference.registry or _SERVER_OF_HUB)
    return {"X-Registry-Auth": _encoded(facts)}


def build_authorization(credentials: Mapping[str, Credentials | None]) -> dict[str, str]:
    """Return the header of a build with the credentials for each registry, by host."""
    servers = {_SERVER_OF_HUB if host == HUB else host: known for host, known in credentials.items() if known}
    return {"X-Registry-Config": _encoded({server: _facts(known, server) for server, known in servers.items()})}


def _facts(credentials: Credentials, server: str) -> dict[str, str]:
    if credentials.identity_token:
        return {"identitytoken": credentials.identity_token, "serveraddress": server}
    return {"username": credentials.user, "password": credentials.password, "serveraddress": server}


def _encoded(facts: Mapping[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(facts).encode()).decode()
