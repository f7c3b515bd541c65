"""The engines' names of container states."""

from __future__ import annotations

from typing import Any

import pytest

from jobber.adapters.docker import translate as docker
from jobber.adapters.podman import translate as podman
from jobber.domain.containers.container import ContainerState

STATES = [
    ("created", ContainerState.CREATED),
    ("running", ContainerState.RUNNING),
    ("paused", ContainerState.RUNNING),
    ("exited", ContainerState.EXITED),
    ("dead", ContainerState.EXITED),
    ("removing", ContainerState.EXITED),
]


def _answer(status: str) -> dict[str, Any]:
    """An engine's answer about a container, as far as it is looked at."""
    never = "0001-01-01T00:00:00Z"
    return {
        "Id": "c",
        "Name": "/n",
        "Image": "sha256:i",
        "State": {"Status": status, "ExitCode": 3, "StartedAt": never, "FinishedAt": never},
        "Config": {},
        "Created": "2026-01-01T00:00:00Z",
    }


@pytest.mark.parametrize(("status", "expected"), STATES)
def test_dockers_states(status: str, expected: ContainerState) -> None:
    assert docker.container_of(_answer(status)).state is expected


@pytest.mark.parametrize(("status", "expected"), [*STATES, ("configured", ContainerState.CREATED)])
def test_podmans_states(status: str, expected: ContainerState) -> None:
    assert podman.container_of(_answer(status)).state is expected


@pytest.mark.parametrize(("status", "expected"), [("running", None), ("removing", 3)])
def test_exit_status_is_there_when_the_job_has_ended(status: str, expected: int | None) -> None:
    assert docker.container_of(_answer(status)).exit_status == expected


@pytest.mark.parametrize(
    ("status", "killed", "reports", "expected"),
    [
        ("exited", True, True, True),
        ("exited", True, False, True),
        ("exited", False, True, False),
        ("exited", False, False, None),  # Podman 4.3 says false of every container
        ("running", True, True, None),
    ],
)
def test_podman_is_believed_that_memory_ran_out_and_a_new_one_that_it_did_not(
    status: str, *, killed: bool, reports: bool, expected: bool | None
) -> None:
    answer = _answer(status)
    answer["State"]["OOMKilled"] = killed

    assert podman.container_of(answer, reports_memory=reports).out_of_memory is expected


def test_limit_is_told_where_there_is_one() -> None:
    limited = {**_answer("exited"), "HostConfig": {"Memory": 33554432}}

    assert [engine.container_of(limited).memory_limit for engine in (docker, podman)] == [33554432] * 2
    assert [engine.container_of(_answer("exited")).memory_limit for engine in (docker, podman)] == [None] * 2
