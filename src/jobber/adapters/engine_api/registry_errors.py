"""Classification of registry refusals as errors of the domain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobber.adapters.credentials.redaction import masked
from jobber.domain.errors import (
    BaseUnauthorized,
    BuildFailed,
    PullLoginExpired,
    PullRefused,
    PullUnauthorized,
    PushedImageMissing,
    PushLoginExpired,
    PushRefused,
    PushUnauthorized,
)
from jobber.domain.images.credentials import host_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobber.domain.images.credentials import Credentials
    from jobber.domain.images.reference import ImageReference

_EXPIRED = re.compile(r"\bexpired\b|invalid_grant", re.IGNORECASE)
_MISSING = re.compile(
    r"does not exist locally|image not known|no such image|tag does not exist|unable to find a name", re.IGNORECASE
)
_UNAUTHORIZED = re.compile(
    r"unauthorized|authentication required|no basic auth credentials|invalid username/password"
    r"|incorrect username or password|\bdenied\b|\b40[13] (?:unauthorized|forbidden)|status(?: code)?:? 40[13]",
    re.IGNORECASE,
)
_STEP_FAILED = re.compile(r"non-zero code|did not complete successfully|exit status \d|executor failed running")
"""Phrases of a builder's error for a failed step; the error quotes the step's command, which is arbitrary text."""
_NO_ANSWER = "error getting credentials"
"""The docker client's error if a credential helper fails."""


def build_failure(
    why: str, secrets: Iterable[Credentials | None], *, log: bytes = b"", step: str | None = None
) -> BuildFailed:
    """Return the error for a builder's message; `BaseUnauthorized` if a registry refuses a base image."""
    text = masked(why.strip(), secrets)
    is_refusal = (_UNAUTHORIZED.search(text) or _NO_ANSWER in text) and not _STEP_FAILED.search(text)
    return (BaseUnauthorized if is_refusal else BuildFailed)(why=text, log=log, step=step)


def refusal(
    refused: type[PullRefused | PushRefused], reference: ImageReference, why: str, credentials: Credentials | None
) -> PullRefused | PushRefused:
    """Return the error for a registry's message, with a remedy if the credentials are the problem."""
    text = masked(" ".join(why.split()), [credentials])
    pulls = issubclass(refused, PullRefused)
    if not pulls and _MISSING.search(text):
        return PushedImageMissing(str(reference), why="there is no such image")
    if "certificate" in text or not (_UNAUTHORIZED.search(text) or _EXPIRED.search(text)):
        return refused(str(reference), why=text)
    if credentials is None:
        host = host_of(reference)
        remedy = f"no credentials for {host}: run `docker login {host}`, or add an entry to `credentials`"
        return (PullUnauthorized if pulls else PushUnauthorized)(str(reference), why=text, remedy=remedy)
    who = f"user {credentials.user}, from {credentials.origin}" if credentials.user else credentials.origin
    if _EXPIRED.search(text):
        remedy = f"log in again: the token is no longer accepted ({who})"
        return (PullLoginExpired if pulls else PushLoginExpired)(str(reference), why=text, remedy=remedy)
    remedy = f"check the password and its permissions ({who})"
    return (PullUnauthorized if pulls else PushUnauthorized)(str(reference), why=text, remedy=remedy)
