"""Podman's errors of a failed start, as the exit status of `podman run`."""

from __future__ import annotations

import pytest

from jobber.adapters.podman.translate import not_started


@pytest.mark.parametrize(
    ("why", "status"),
    [
        ('runc: exec: "x": executable file not found in $PATH: OCI runtime attempted', 127),
        ('runc: exec: "/x": stat /x: no such file or directory: OCI runtime attempted', 127),
        ('runc: exec: "/x": permission denied: OCI permission denied', 126),
        ("failed to connect to container's attach socket: /var/userdata/attach: no such file or directory", 125),
        ("something else", 125),
    ],
)
def test_exit_status_is_that_of_podman(why: str, status: int) -> None:
    assert not_started(why).exit_status == status


def test_missing_streams_are_told_with_a_log_driver_that_has_them() -> None:
    """Where `containers.conf` says `passthrough`, nobody has asked for it in the run."""
    error = not_started("failed to connect to container's attach socket: /a: no such file or directory")

    assert error.hint == "choose a log driver that stores the job's output: -Xd '--log-driver k8s-file'"
