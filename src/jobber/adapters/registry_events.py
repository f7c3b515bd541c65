"""The stream of a pull or a push, which Docker and Podman tell alike: steps, and errors in the middle of it."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jobber.adapters.wire import Response
    from jobber.domain.credentials import Credentials
    from jobber.domain.errors import PullRefused, PushRefused
    from jobber.domain.progress import Progress
    from jobber.domain.reference import ImageReference

_DIGEST = re.compile(r"digest: (sha256:[0-9a-f]{64})")


def follow(
    response: Response,
    reference: ImageReference,
    *,
    refused: type[PullRefused | PushRefused],
    progress: Progress,
) -> str:
    """Read the stream to its end and return the digest it tells, if it does. Raises `refused`."""
    digest = ""
    if not response.ok:
        raise refused(str(reference), why=response.why())
    for event in response.json_lines():
        if not isinstance(event, dict):
            continue
        if why := event.get("error") or (event.get("errorDetail") or {}).get("message"):
            raise refused(str(reference), why=str(why))
        told = _DIGEST.search(event.get("status") or "")
        digest = (event.get("aux") or {}).get("Digest") or (told[1] if told else digest)
        progress.step(_step(reference, event))
    return digest


def authorization(credentials: Credentials | None, reference: ImageReference) -> dict[str, str]:
    """The header that says who we are; the password is nowhere else."""
    facts: dict[str, str] = {}
    if credentials is not None:
        facts = {
            "username": credentials.user,
            "password": credentials.password,
            "serveraddress": reference.registry or "",
        }
    return {"X-Registry-Auth": base64.urlsafe_b64encode(json.dumps(facts).encode()).decode()}


def _step(reference: ImageReference, event: dict[str, Any]) -> str:
    words = (str(reference), event.get("id"), event.get("status"), event.get("progress"))
    return " ".join(str(word) for word in words if word)
