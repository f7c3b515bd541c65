"""`--iidfile`: the file is replaced where a result is made, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobber.domain.errors import UsageError
from jobber.session.result_id import check_writable
from jobber.testing import FakeCommandLine, FakeEngine


@pytest.fixture
def cli(jobber_cli: FakeCommandLine, jobber_engine: FakeEngine) -> FakeCommandLine:
    jobber_engine.image("train", run=lambda _: 0)
    return jobber_cli


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "id"
    path.write_text("old")
    return path


@pytest.mark.parametrize("words", [["run"], ["rerun"]])
def test_old_file_stays_where_nothing_is_made(cli: FakeCommandLine, old: Path, words: list[str]) -> None:
    cli("run", "train")
    done = cli(*words, "--dry-run", "--iidfile", old, "train:latest-run")

    assert (done.exit_status, old.read_text()) == (0, "old")


@pytest.mark.parametrize("words", [["run"], ["rerun"], ["run", "--dry-run"]])
def test_run_that_is_left_has_no_result_to_write(
    cli: FakeCommandLine, jobber_engine: FakeEngine, old: Path, words: list[str]
) -> None:
    cli("run", "train")
    made = len(jobber_engine.made)
    done = cli(*words, "--detach", "--iidfile", old, "train:latest-run")

    assert done.exit_status == 125
    assert done.err.startswith("error: --iidfile and --detach: there is no result yet\nhint: ")
    assert (len(jobber_engine.made), old.read_text()) == (made, "old")


def test_old_file_is_replaced(cli: FakeCommandLine, jobber_engine: FakeEngine, old: Path) -> None:
    cli("run", "--iidfile", old, "train")

    assert old.read_text() == jobber_engine.made[-1]


def test_old_file_goes_before_something_is_made(old: Path) -> None:
    check_writable(old)

    assert not old.exists()


def test_link_goes_and_its_file_stays(old: Path) -> None:
    link = old.with_name("link")
    link.symlink_to(old)
    check_writable(link)

    assert (link.is_symlink(), old.read_text()) == (False, "old")


def test_device_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    removed: list[Path] = []
    monkeypatch.setattr(Path, "unlink", lambda path, **_: removed.append(path))
    check_writable(Path("/dev/null"))

    assert removed == []


def test_directory_that_gives_nothing_up_is_told(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_path: Path, **_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "unlink", refused)

    with pytest.raises(UsageError, match="can't be written: Operation not permitted"):
        check_writable(old)
