"""A user's home without an engine, and the commands in it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from jobber.cli.main import call


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory with a project to be in, and nothing of the caller's environment."""
    for variable in [name for name in os.environ if name.startswith(("JOBBER_", "DOCKER_", "CONTAINER_", "XDG_"))]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent")
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:  # noqa: ARG001
    """A function that runs a command in the home's project: its status, and what it says on stdout and stderr."""

    def jobber(*words: str) -> tuple[int, str, str]:
        status = call(words, environment=os.environ)
        said = capsys.readouterr()
        return status, said.out, said.err

    return jobber
