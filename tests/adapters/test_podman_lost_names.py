"""Names that Podman before 4.8 loses: of two who change those of one image at once, one undoes the other's change."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from engine_clients import podman_client
from one_answer import answering

from jobber.adapters.podman.images import PodmanImages
from jobber.adapters.podman.registry import PodmanRegistry
from jobber.domain.errors import EngineFailed
from jobber.domain.images.reference import ImageId, parse_reference
from jobber.testing import FakeProgress

if TYPE_CHECKING:
    from pathlib import Path

_ID = ImageId(f"sha256:{'1' * 64}")
_NAME = parse_reference("127.0.0.1:5000/mnist:latest")


def _answer(status: int, body: Any) -> bytes:
    text = json.dumps(body).encode()
    return b"HTTP/1.1 %d So\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (status, len(text), text)


_DONE = _answer(201, {})
_PULLED = _answer(200, {"status": "Download complete"})
_GONE = _answer(404, {"cause": "image not known", "message": f"no such image {_NAME}"})
_THERE = _answer(200, {"Id": _ID.removeprefix("sha256:"), "RepoTags": [str(_NAME)], "RootFS": {}, "Config": {}})


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"unix://{tmp_path}/s"


def test_tag_that_was_undone_is_given_again(tmp_path: Path, address: str) -> None:
    with (
        answering(tmp_path / "s", _DONE, _GONE, _DONE, _THERE),
        closing(podman_client(address, version="4.3.1")) as client,
    ):
        PodmanImages(client).tag(_ID, reference=_NAME)


def test_tag_that_is_undone_for_ever_is_an_error(tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobber.adapters.engine_api.retry._PAUSES", (0.0,))
    answers = [_DONE, _GONE] * 40
    with (
        answering(tmp_path / "s", *answers),
        closing(podman_client(address, version="4.3.1")) as client,
        pytest.raises(EngineFailed, match=f"tag {_NAME}"),
    ):
        PodmanImages(client).tag(_ID, reference=_NAME)


def test_pulled_image_whose_name_was_undone_is_pulled_again(tmp_path: Path, address: str) -> None:
    with (
        answering(tmp_path / "s", _PULLED, _GONE, _PULLED, _THERE),
        closing(podman_client(address, version="4.3.1")) as client,
    ):
        registry = PodmanRegistry(client, images=PodmanImages(client))
        assert registry.pull(_NAME, credentials=None, progress=FakeProgress()).id == _ID
