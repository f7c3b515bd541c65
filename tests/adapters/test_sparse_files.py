"""Files with holes below a directory."""

from __future__ import annotations

import os
from pathlib import Path

from jobber.adapters.engine_api.sparse_files import files_with_holes
from jobber.domain.files.sparse_file import SparseFile

LARGE = 1 << 30


def _sparse(path: Path, size: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.truncate(path, size)


def test_largest_holes_come_first(tmp_path: Path) -> None:
    _sparse(tmp_path / "deep" / "small", LARGE)
    _sparse(tmp_path / "large", 2 * LARGE)
    (tmp_path / "full").write_bytes(b"x" * 10_000)
    (tmp_path / "link").symlink_to("large")
    os.mkfifo(tmp_path / "pipe")

    expected = (SparseFile("/large", 2 * LARGE), SparseFile("/deep/small", LARGE))
    assert expected == files_with_holes(str(tmp_path), seconds=60)


def test_search_ends_when_its_time_is_over(tmp_path: Path) -> None:
    _sparse(tmp_path / "large", LARGE)

    assert files_with_holes(str(tmp_path), seconds=-1) == ()


def test_directory_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert files_with_holes(str(tmp_path / "none"), seconds=60) == ()
