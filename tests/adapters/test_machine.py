"""Facts about the local machine for `jobber doctor`."""

from __future__ import annotations

import os
import socket
import sys
import sysconfig
from pathlib import Path

import pytest

from jobber import __version__
from jobber.adapters.discovery.local_machine import LocalMachine
from jobber.domain.checkup.findings import Command, Distribution, LocalDevices, Program

OURS = "#!{python}\nimport sys\nfrom jobber.cli.main import main\nsys.exit(main())\n"
OLDER = "#!/usr/bin/python3\nimport sys\nfrom cli.cli import cli\nsys.exit(cli())\n"
EASY_INSTALL = "#!/usr/bin/python3\n# EASY-INSTALL-ENTRY-SCRIPT: 'docker-jobber==0.3.9','console_scripts','jobber'\n"


def script(folder: Path, text: str) -> str:
    """Put a `jobber` into a directory."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "jobber"
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def commands(*folders: Path | str) -> tuple[Command, ...]:
    return LocalMachine({"PATH": os.pathsep.join(map(str, folders))}).installation().commands


def test_program_and_its_python_are_told() -> None:
    installation = LocalMachine({}).installation()

    assert installation.version == __version__
    assert Path(installation.location, "cli").is_dir()
    assert installation.python == sys.executable
    assert installation.python_version == ".".join(map(str, sys.version_info[:3]))
    assert installation.commands == ()


@pytest.mark.parametrize(
    ("text", "program"),
    [
        (OURS.format(python=sys.executable), Program.THIS),
        (OURS.format(python="/opt/other/bin/python"), Program.OTHER),
        (OLDER, Program.OLDER),
        (EASY_INSTALL, Program.OLDER),
        ("#!/bin/sh\nexec something\n", Program.UNKNOWN),
        ("", Program.UNKNOWN),
    ],
)
def test_script_is_known_by_what_it_calls(tmp_path: Path, text: str, program: Program) -> None:
    path = script(tmp_path, text)

    assert commands(tmp_path) == (Command(path, program),)


def test_commands_are_told_in_the_order_of_the_path(tmp_path: Path) -> None:
    first, second = script(tmp_path / "a", OLDER), script(tmp_path / "b", OURS.format(python=sys.executable))

    assert [it.path for it in commands(tmp_path / "a", tmp_path / "none", "", tmp_path / "b")] == [first, second]


def test_link_to_this_installation_is_this_installation(tmp_path: Path) -> None:
    scripts = Path(sysconfig.get_path("scripts"), "jobber")
    if not scripts.exists():
        pytest.skip("jobber is not installed here")
    (tmp_path / "jobber").symlink_to(scripts)

    assert commands(tmp_path, scripts.parent) == (Command(f"{tmp_path}/jobber", Program.THIS),)


def test_what_can_not_be_executed_is_no_command(tmp_path: Path) -> None:
    (tmp_path / "a" / "jobber").mkdir(parents=True)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "jobber").write_text("")

    assert commands(tmp_path / "a", tmp_path / "b") == ()


def test_packages_of_the_name_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    described = tmp_path / "docker_jobber-0.3.9.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: docker-jobber\nVersion: 0.3.9\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    found = LocalMachine({}).installation().distributions

    assert Distribution("0.3.9", str(tmp_path)) in found


def test_package_without_a_version_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docker_jobber-0.dist-info").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))

    assert str(tmp_path) not in [found.location for found in LocalMachine({}).installation().distributions]


def test_name_is_the_host_name() -> None:
    assert LocalMachine({}).name() == socket.gethostname()


def test_room_is_that_of_the_file_system(tmp_path: Path) -> None:
    space = LocalMachine({}).space(str(tmp_path))

    assert space is not None
    assert 0 < space.free < space.total


@pytest.mark.parametrize("path", ["/nonexistent", "/proc/self/mem/x"])
def test_room_that_can_not_be_looked_at_is_unknown(path: str) -> None:
    assert LocalMachine({}).space(path) is None


def test_gpus_are_known_by_their_files(tmp_path: Path) -> None:
    for name in ("nvidia1", "nvidia0", "nvidiactl", "nvidia-uvm", "kfd", "null"):
        (tmp_path / name).touch()
    for name in ("nvidia.yaml", "amd.json", "README"):
        (tmp_path / name).touch()

    devices = LocalMachine({}, dev=str(tmp_path)).devices([str(tmp_path), "/nonexistent"])

    assert devices == LocalDevices(
        (f"{tmp_path}/kfd", f"{tmp_path}/nvidia0", f"{tmp_path}/nvidia1"),
        (f"{tmp_path}/amd.json", f"{tmp_path}/nvidia.yaml"),
    )


def test_machine_without_gpus_has_none() -> None:
    assert LocalMachine({}, dev="/nonexistent").devices(["/nonexistent"]) == LocalDevices()
