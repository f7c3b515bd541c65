"""Remedies for the errors of ssh and of the remote clients."""

from __future__ import annotations

import pytest

from jobber.adapters.discovery.ssh_remedies import no_client, remedy
from jobber.adapters.engine_api.endpoint import parse_endpoint

BOX = parse_endpoint("ssh://me@box")
ODD = parse_endpoint("ssh://box:2222")
CHANGED = """\
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
Offending ED25519 key in /home/me/.ssh/known_hosts:3
Host key for box has changed and you have requested strict checking.
Host key verification failed.
"""


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("No ED25519 host key is known for box and you have requested strict checking.", "connect once with `ssh me@"),
        ("Host key verification failed.", "connect once with `ssh me@box` and accept its host key"),
        (CHANGED, "`ssh-keygen -R box` removes the old key"),
        ("me@box: Permission denied (publickey,password).", "`ssh-copy-id me@box` copies your key"),
        ("Received disconnect from box: 2: Too many authentication failures", "must log in without a prompt"),
        ("ssh: Could not resolve hostname box: Name or service not known", "check the name"),
        (
            "Got permission denied while trying to connect to the Docker daemon socket",
            "may not use the engine's socket",
        ),
        ("Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?", "start the engine"),
        ("ssh: connect to host box port 22: Connection refused", "a port other than 22"),
        ("ssh: connect to host box port 22: Connection timed out", "check that `ssh me@box` works"),
        ("no response within 30 s", "check that `ssh me@box` works"),
        ("kex_exchange_identification: Connection closed by remote host", "works without a prompt"),
        ("", "works without a prompt"),
    ],
)
def test_each_complaint_has_its_remedy(said: str, advice: str) -> None:
    assert advice in remedy(said, BOX)


def test_a_port_of_its_own_is_part_of_the_commands() -> None:
    assert "`ssh -p 2222 box`" in remedy("Host key verification failed.", ODD)
    assert "`ssh-keygen -R '[box]:2222'`" in remedy(CHANGED, ODD)


def test_a_missing_client_is_looked_for_where_it_would_run() -> None:
    assert "`ssh -p 2222 box docker version`" in no_client(ODD)
