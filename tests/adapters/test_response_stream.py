"""Responses that are read as a stream: a log, or the end of a job."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from engine_clients import docker_client, podman_client
from one_answer import answering

from jobber.adapters.docker.client import DockerClient
from jobber.adapters.job_stream.streams import ResponseStream
from jobber.adapters.podman.client import PodmanClient

_HEAD = b"HTTP/1.1 200 OK\r\n"
_WHOLE = {
    "of no size": (b"Content-Length: 0\r\n\r\n", b""),
    "of a size": (b"Content-Length: 3\r\n\r\none", b"one"),
    "no chunk": (b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b""),
    "chunks": (b"Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\n", b"one"),
    "to the end": (b"Connection: close\r\n\r\none", b"one"),
}


@pytest.mark.parametrize("is_pending", [False, True])
@pytest.mark.parametrize("body", _WHOLE)
@pytest.mark.parametrize("connect", [docker_client, podman_client])
def test_body_of_any_form_is_read_to_its_end(
    connect: Callable[[str], DockerClient | PodmanClient],
    body: str,
    is_pending: bool,  # noqa: FBT001
    tmp_path: Path,
) -> None:
    sent, content = _WHOLE[body]
    with answering(tmp_path / "s", _HEAD + sent), closing(connect(f"unix://{tmp_path}/s")) as client:
        answer = client.begin("GET", "/log") if is_pending else client.call("GET", "/log")
        stream = ResponseStream(answer)

        assert b"".join(stream.read(patience=5)) == content
        assert stream.ended_well
        stream.close()
