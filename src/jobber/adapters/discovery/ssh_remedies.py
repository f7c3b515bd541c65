"""Remedies for errors of `ssh` or of the remote engine client.

The phrases are those of OpenSSH (8.4 to 10), of `docker system dial-stdio` and of `podman system dial-stdio`.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from jobber.adapters.engine_api.endpoint import Endpoint

NO_SSH = "for example `apt install openssh-client`"
NO_ENGINE = (
    "start the engine on the remote host (`systemctl start docker`, or `systemctl --user start podman.socket`),"
    " or name its socket: ssh://USER@HOST/PATH"
)
FORBIDDEN_SOCKET = (
    "the remote user may not use the engine's socket: add the user to its group (`sudo usermod -aG docker USER` for"
    " Docker, then log in again), or connect as another user"
)
SILENT_SOCKET = (
    "start the engine on the remote host; if it is running, the ssh server does not forward sockets"
    " (AllowStreamLocalForwarding): omit the path to use the remote client"
)
_NO_CLIENT = (
    "install docker or podman on the remote host so that a non-interactive shell finds it (`{login} docker version`),"
    " or name the engine's socket: ssh://USER@HOST/PATH"
)
_OTHERWISE = "check that `{login}` works without a prompt, and that an engine is running on the remote host"


class _Remedy(NamedTuple):
    """The remedy for an error that contains one of these phrases, in lower case."""

    signs: tuple[str, ...]
    advice: str


_REMEDIES = (
    _Remedy(
        ("remote host identification has changed", "has changed and you have requested strict checking"),
        "the host key has changed, or another host uses this name: after checking it,"
        " `ssh-keygen -R {known_as}` removes the old key and `{login}` accepts the new one",
    ),
    _Remedy(
        ("host key verification failed", "host key is known"),
        "connect once with `{login}` and accept its host key: jobber never prompts",
    ),
    _Remedy(
        ("permission denied (", "too many authentication failures"),
        "`{login}` must log in without a prompt: `{copy_id}` copies your key to the host, `ssh-add` unlocks it;"
        " jobber never asks for a password",
    ),
    _Remedy(
        ("could not resolve hostname",),
        "check the name: it must be in DNS, or a `Host` in ~/.ssh/config",
    ),
    _Remedy(("permission denied",), FORBIDDEN_SOCKET),
    _Remedy(("docker daemon", "dial unix", "podman", "no such file or directory"), NO_ENGINE),
    _Remedy(
        ("connection refused", "timed out", "no route to host", "network is unreachable", "no response within"),
        "check that `{login}` works; a port other than 22 is written as ssh://USER@HOST:PORT",
    ),
)


def remedy(said: str, endpoint: Endpoint) -> str:
    """Return the remedy for the output of an `ssh` that did not reach an engine."""
    text = " ".join(said.lower().split())
    advice = next((known.advice for known in _REMEDIES if any(sign in text for sign in known.signs)), _OTHERWISE)
    return _filled(advice, endpoint)


def no_client(endpoint: Endpoint) -> str:
    """Return the remedy if the remote host has neither a client nor the usual socket."""
    return _filled(_NO_CLIENT, endpoint)


def _filled(advice: str, endpoint: Endpoint) -> str:
    user = f"{endpoint.user}@" if endpoint.user else ""
    port = f"-p {endpoint.port} " if endpoint.port is not None else ""
    target = f"{port}{shlex.quote(user + endpoint.host)}"
    known_as = endpoint.host if endpoint.port in (None, 22) else f"[{endpoint.host}]:{endpoint.port}"
    return advice.format(login=f"ssh {target}", copy_id=f"ssh-copy-id {target}", known_as=shlex.quote(known_as))
