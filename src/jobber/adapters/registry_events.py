"""The stream of a pull or a push, which Docker and Podman tell alike: steps, and errors in the middle of it."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

from jobber.adapters.masking import masked
from jobber.adapters.refusals import refusal
from jobber.adapters.wire import WireBroken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobber.adapters.wire import Response
    from jobber.domain.credentials import Credentials
    from jobber.domain.errors import PullRefused, PushRefused
    from jobber.domain.progress import Progress
    from jobber.domain.reference import ImageReference

_DIGEST = re.compile(r"digest: (sha256:[0-9a-f]{64})")
_SERVER_OF_HUB = "https://index.docker.io/v1/"


def follow(
    response: Response,
    reference: ImageReference,
    *,
    refused: type[PullRefused | PushRefused],
    credentials: Credentials | None,
    progress: Progress,
) -> str:
    """Read the stream to its end and return the digest it tells, if it does. Raises `refused`, or a kind of it."""
    digest = ""
    if not response.ok:
        raise refusal(refused, reference, response.why(), credentials)
    try:
        for event in response.json_lines():
            if not isinstance(event, dict):
                continue
            if why := event.get("error") or (event.get("errorDetail") or {}).get("message"):
                raise refusal(refused, reference, str(why), credentials)
            told = _DIGEST.search(event.get("status") or "")
            digest = (event.get("aux") or {}).get("Digest") or (told[1] if told else digest)
            progress.step(masked(_step(reference, event), [credentials]))
    except WireBroken as error:
        raise refused(str(reference), why=f"the connection to the engine was cut: {error}") from None
    return digest


def authorization(credentials: Credentials | None, reference: ImageReference) -> dict[str, str]:
    """The header that says who we are; the password is nowhere else."""
    facts = {} if credentials is None else _facts(credentials, reference.registry or _SERVER_OF_HUB)
    return {"X-Registry-Auth": _encoded(facts)}


def build_authorization(credentials: Mapping[str, Credentials]) -> dict[str, str]:
    """The header of a build that says who we are to each registry."""
    return {"X-Registry-Config": _encoded({server: _facts(known, server) for server, known in credentials.items()})}


def _facts(credentials: Credentials, server: str) -> dict[str, str]:
    if credentials.identity_token:
        return {"identitytoken": credentials.identity_token, "serveraddress": server}
    return {"username": credentials.user, "password": credentials.password, "serveraddress": server}


def _encoded(facts: Mapping[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(facts).encode()).decode()


def _step(reference: ImageReference, event: dict[str, Any]) -> str:
    words = (str(reference), event.get("id"), event.get("status"), event.get("progress"))
    return " ".join(str(word) for word in words if word)
