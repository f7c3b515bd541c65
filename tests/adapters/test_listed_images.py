"""Lists of images that a busy engine gives."""

from __future__ import annotations

import json
import socket
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from engine_clients import docker_client
from one_answer import answering

from jobber.adapters.docker.images import DockerImages
from jobber.adapters.podman.images import PodmanImages
from jobber.domain.errors import EngineLost

if TYPE_CHECKING:
    from pathlib import Path

# The answer of Docker 28 with containerd's store to a list by label, while the second image is being removed.
_LIST = [
    {"Id": f"sha256:{'1' * 64}", "RepoTags": ["kept:latest"], "Labels": {"jobber.run": "{}"}, "Created": 1, "Size": 1},
    {"Id": f"sha256:{'2' * 64}", "RepoTags": [], "Labels": None, "Created": 2, "Size": 0},
]


def test_image_that_is_listed_without_the_labels_asked_for_is_on_its_way_out(tmp_path: Path) -> None:
    body = json.dumps(_LIST).encode()
    with (
        answering(
            tmp_path / "s", b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        ),
        closing(docker_client(f"unix://{tmp_path}/s")) as client,
    ):
        images = DockerImages(client)
        labelled, every = images.list(labels={"jobber.run": None}), images.list(labels={})

    assert [image.references for image in labelled] == [("kept:latest",)]
    assert [image.references for image in every] == [("kept:latest",), ()]


@pytest.mark.parametrize("images", [DockerImages, PodmanImages])
def test_tags_that_take_long_are_waited_for_no_longer_than_asked(
    tmp_path: Path, images: type[DockerImages | PodmanImages]
) -> None:
    with socket.socket(socket.AF_UNIX) as silent, closing(docker_client(f"unix://{tmp_path}/s")) as client:
        silent.bind(f"{tmp_path}/s")
        silent.listen()
        begun = time.monotonic()
        with pytest.raises(EngineLost):
            images(client).references(seconds=0.2)
        took = time.monotonic() - begun

    assert 0.1 < took < 5
