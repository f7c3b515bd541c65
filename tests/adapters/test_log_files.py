"""Kept logs as files."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

import pytest

from jobber.adapters.host.kept_logs import FolderOfLogs, users_logs

_RUN = "5c7e8b5e-0000-4000-8000-000000000001"


def _kept(logs: FolderOfLogs, run: str) -> bytes | None:
    found = logs.find(run)
    if found is None:
        return None
    with found:
        return found.read()


def test_log_is_there_until_it_is_forgotten(tmp_path: Path) -> None:
    logs = FolderOfLogs(tmp_path / "a" / "b")
    where = logs.keep(_RUN, log=io.BytesIO(b"x" * 3_000_000))
    kept = _kept(logs, _RUN)
    logs.forget(_RUN)
    logs.forget(_RUN)

    assert where == str(tmp_path / "a" / "b" / f"{_RUN}.log")
    assert kept == b"x" * 3_000_000
    assert _kept(logs, _RUN) is None


def test_log_is_its_owners_alone(tmp_path: Path) -> None:
    where = FolderOfLogs(tmp_path / "logs").keep(_RUN, log=io.BytesIO(b"secret"))
    assert where is not None

    assert stat.S_IMODE(Path(where).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "logs").stat().st_mode) == 0o700


def test_later_log_takes_the_place_of_an_earlier(tmp_path: Path) -> None:
    logs = FolderOfLogs(tmp_path)
    for log in (b"first", b"2nd"):
        logs.keep(_RUN, log=io.BytesIO(log))

    assert _kept(logs, _RUN) == b"2nd"
    assert [path.name for path in tmp_path.iterdir()] == [f"{_RUN}.log"]


@pytest.mark.parametrize("run", ["", "../x", "/etc/passwd", "a/b", ".", "x" * 65, "a.b", "a\n"])
def test_id_that_is_none_names_no_file(tmp_path: Path, run: str) -> None:
    logs = FolderOfLogs(tmp_path / "logs")
    (tmp_path / "x.log").write_bytes(b"another's")
    kept = logs.keep(run, log=io.BytesIO(b"x"))
    logs.forget(run)

    assert (kept, logs.find(run)) == (None, None)
    assert (tmp_path / "x.log").read_bytes() == b"another's"


def test_folder_that_can_t_be_made_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    logs = FolderOfLogs(tmp_path / "file" / "logs")

    assert logs.keep(_RUN, log=io.BytesIO(b"x")) is None
    assert logs.find(_RUN) is None


def test_log_that_breaks_off_leaves_no_piece(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(28, f"No space left on device, for {size}")

    assert FolderOfLogs(tmp_path).keep(_RUN, log=Broken()) is None
    assert list(tmp_path.iterdir()) == []


def test_logs_that_nobody_has_asked_for_in_three_months_go(tmp_path: Path) -> None:
    logs = FolderOfLogs(tmp_path)
    for name in ("old", "young"):
        logs.keep(name, log=io.BytesIO(b"x"))
    os.utime(tmp_path / "old.log", (0, 0))
    logs.keep("new", log=io.BytesIO(b"x"))

    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.log", "young.log"]


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({"HOME": "/home/a"}, "/home/a/.local/state/jobber/logs"),
        ({"HOME": "/home/a", "XDG_STATE_HOME": "/s"}, "/s/jobber/logs"),
        ({"HOME": "/home/a", "XDG_STATE_HOME": "relative"}, "/home/a/.local/state/jobber/logs"),
    ],
)
def test_users_logs_are_where_state_is(variables: dict[str, str], folder: str) -> None:
    assert str(users_logs(variables)._folder) == folder
