"""Folders for sockets."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobber.adapters.host.temp_folder import make_short_folder

_DIES = "import os; from jobber.adapters.host.temp_folder import *; print(make_short_folder('x-')); os.abort()"


@pytest.fixture
def usual(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="jbr-", dir="/tmp") as parent:  # the test's own has too long a name
        monkeypatch.setattr(tempfile, "tempdir", parent)
        monkeypatch.setenv("TMPDIR", parent)
        yield Path(parent)


def test_it_lies_in_the_usual_place_and_is_for_us_alone(usual: Path) -> None:
    folder = make_short_folder("x-")

    assert (folder.parent, folder.stat().st_mode & 0o777) == (usual, 0o700)


def test_it_lies_elsewhere_where_the_usual_place_has_too_long_a_name(
    usual: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", f"{usual}/{'long' * 20}")
    folder = make_short_folder(f"{usual.name}-")
    folder.joinpath("owner").unlink()
    folder.rmdir()

    assert folder.parent == Path("/tmp")


def test_those_of_the_dead_are_removed_and_those_of_the_living_stay(usual: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", _DIES], capture_output=True, text=True, check=False)
    left = Path(killed.stdout.strip())
    was_left = left.is_dir()
    unclaimed = usual / "x-just-made"
    unclaimed.mkdir()
    ours = [make_short_folder("x-"), make_short_folder("x-")]

    assert was_left
    assert sorted(usual.iterdir()) == sorted([unclaimed, *ours])
