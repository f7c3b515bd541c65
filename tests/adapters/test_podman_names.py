"""Podman's names of images, and which of them are meaningful."""

from __future__ import annotations

import pytest

from jobber.adapters.podman.names import true_digests, unsure_digests
from jobber.adapters.podman.translate import image_of

OWN, TOLD = "sha256:" + "1" * 64, "sha256:" + "2" * 64


@pytest.mark.parametrize(
    ("digests", "kept"),
    [
        ([f"localhost/x@{OWN}"], ()),
        ([f"r.test/x@{OWN}"], (f"r.test/x@{OWN}",)),
        ([f"r.test/x@{OWN}", f"r.test/x@{TOLD}", f"localhost/x@{TOLD}"], (f"r.test/x@{TOLD}",)),
        ([], ()),
    ],
)
def test_digests_that_are_made_up_are_left_out(digests: list[str], kept: tuple[str, ...]) -> None:
    assert true_digests(digests, own=OWN) == kept


@pytest.mark.parametrize(
    ("digests", "unsure"),
    [
        ([f"localhost/x@{OWN}"], ()),
        ([f"r.test/x@{OWN}", f"r.test/y@{OWN}"], (f"r.test/x@{OWN}", f"r.test/y@{OWN}")),
        ([f"r.test/x@{OWN}", f"r.test/x@{TOLD}"], ()),
    ],
)
def test_digests_that_images_made_here_have_too_are_unsure(digests: list[str], unsure: tuple[str, ...]) -> None:
    assert unsure_digests(digests, own=OWN) == unsure


@pytest.mark.parametrize(
    ("told", "signal"),
    [
        ("10", "SIGUSR1"),
        ("12", "SIGUSR2"),
        ("SIGTERM", "SIGTERM"),
        ("99", "99"),
        ("SIGRTMIN+3", "SIGRTMIN+3"),
        ("", None),
    ],
)
def test_stop_signal_is_told_by_its_name_where_it_has_one(told: str, signal: str | None) -> None:
    image = image_of({"Id": "0" * 64, "RootFS": {}, "Config": {"StopSignal": told}})

    assert image.configuration.stop_signal == signal
