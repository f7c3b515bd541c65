"""Credential helpers: programs named `docker-credential-…` that store logins and print them to standard output."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

from jobber.domain.errors import CredentialHelperFailed, CredentialHelperMissing, CredentialHelperSilent
from jobber.domain.images.credentials import Credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

ANSWER_SECONDS = 60.0
"""Time limit for a helper in seconds: helpers may call cloud services or prompt the user."""
CHECK_SECONDS = 5.0
"""Time limit in seconds for a helper that prints only its version."""
_TOKEN = "<token>"  # noqa: S105 - for this user name, the secret is an identity token instead of a password
_NOTHING = ("credentials not found", "no credentials", "not found in native keychain")


def ask_helper(
    name: str, *, server: str, registry: str, named_in: str, environment: Mapping[str, str]
) -> Credentials | None:
    """Return the credentials that a helper stores for a server; None if it stores none.

    Raises `CredentialHelperFailed`.
    """
    helper = f"docker-credential-{name}"
    program = shutil.which(helper, path=environment.get("PATH"))
    if program is None:
        raise CredentialHelperMissing(registry, helper=helper, path=named_in)
    status, answer, complaint = _run(program, server, registry, helper, environment)
    if status != 0:
        # By convention, helpers print errors to standard output; a crashing helper prints to standard error.
        why = (answer.strip() or complaint.strip() or b"no reason given").decode(errors="replace")
        if any(words in why.lower() for words in _NOTHING):
            return None
        raise CredentialHelperFailed(registry, helper=helper, why=f"failed: {why.splitlines()[-1][:200]}")
    try:
        facts = json.loads(answer)
        user, secret = str(facts["Username"]), str(facts["Secret"])
    except (ValueError, KeyError, TypeError):
        raise CredentialHelperFailed(registry, helper=helper, why="did not return valid credentials") from None
    if not user and not secret:
        return None
    if user == _TOKEN:
        return Credentials("", "", identity_token=secret, origin=helper, stored=True)
    return Credentials(user, secret, origin=helper, stored=True)


def check_helper(name: str, *, registry: str, named_in: str, environment: Mapping[str, str]) -> None:
    """Check that a helper exists and terminates, without requesting a login. Raises `CredentialHelperFailed`."""
    helper = f"docker-credential-{name}"
    program = shutil.which(helper, path=environment.get("PATH"))
    if program is None:
        raise CredentialHelperMissing(registry, helper=helper, path=named_in)
    try:
        # Some helpers reject this command with an error; such a helper is installed and works.
        _run(program, "", registry, helper, environment, action="version", seconds=CHECK_SECONDS)
    except CredentialHelperFailed as error:
        error.hint = f"check the output of `{helper} version`, or correct {named_in}"
        raise


def _run(
    program: str,
    server: str,
    registry: str,
    helper: str,
    environment: Mapping[str, str],
    *,
    action: str = "get",
    seconds: float | None = None,
) -> tuple[int, bytes, bytes]:
    limit = ANSWER_SECONDS if seconds is None else seconds
    try:
        process = subprocess.Popen(
            [program, action],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            start_new_session=True,  # so that jobber can also kill the helper's child processes
        )
    except OSError as error:
        raise CredentialHelperFailed(registry, helper=helper, why=f"can't be started: {error.strerror}") from None
    with process:
        try:
            answer, complaint = process.communicate(server.encode(), timeout=limit)
        except subprocess.TimeoutExpired:
            raise CredentialHelperSilent(registry, helper=helper, seconds=limit) from None
        finally:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
    return process.returncode, answer, complaint
