"""An engine of another package: it is found by its entry point and passes the contract suite."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "jobber-memory"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Provide a directory with the installed example and with a package that cannot be loaded."""
    installed = {
        "jobber_memory-1.0": "memory = jobber_memory:connect",
        "broken-1.0": "broken = jobber_nowhere:connect",
        "text-1.0": "text = jobber_memory:__doc__",
        "bold-1.0": "docker = jobber_memory:connect",
    }
    for name, entry in installed.items():
        described = tmp_path / "site" / f"{name}.dist-info"
        described.mkdir(parents=True)
        package = name.partition("-")[0].replace("_", "-")
        (described / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (described / "entry_points.txt").write_text(f"[jobber.engines]\n{entry}\n")
    return tmp_path / "site"


def jobber(site: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return python(site, "-m", "jobber", *words, **environment)


def python(site: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(site), str(EXAMPLE / "src")))
    return subprocess.run(
        [sys.executable, *words],
        cwd=site.parent,
        env={"PATH": os.environ["PATH"], "HOME": str(site.parent), "PYTHONPATH": path, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_engine_is_chosen_by_name(site: Path) -> None:
    ran = jobber(site, "--engine", "memory", "run", "hello", "you")

    assert (ran.returncode, ran.stdout) == (0, "hello you\n")
    assert "result hello:latest-run" in ran.stderr


def test_engine_is_chosen_by_the_environment(site: Path) -> None:
    journal = site.parent / "journal"
    ran = jobber(site, "run", "hello", JOBBER_ENGINE="memory", JOBBER_MEMORY_JOURNAL=str(journal))

    assert (ran.returncode, ran.stdout) == (0, "hello world\n")
    assert "tag hello:latest-run" in journal.read_text().splitlines()


def test_doctor_accepts_an_engine_without_facts(site: Path) -> None:
    ran = jobber(site, "--engine", "memory", "doctor")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "it does not describe its configuration" in ran.stdout
    assert "engine memory from another package" in " ".join(ran.stdout.split())


def test_doctor_reports_an_engine_that_cannot_be_loaded(site: Path) -> None:
    ran = jobber(site, "--engine", "broken", "doctor")

    assert (ran.returncode, ran.stderr) == (1, "")
    assert "engine broken from package broken could not be loaded" in " ".join(ran.stdout.split())


def test_engine_is_available_from_python(site: Path) -> None:
    code = "import jobber; print(jobber.run('hello', engine='memory', quiet=True).record['engine']['name'])"

    assert python(site, "-c", code).stdout == "docker\n"


def test_error_for_an_unknown_engine_lists_the_known_ones(site: Path) -> None:
    ran = jobber(site, "--engine", "lxc", "run", "hello")

    assert ran.returncode == 125
    assert ran.stderr == "error: engine must be auto, docker, podman, broken, memory or text, not 'lxc'\n"


def test_error_for_an_engine_that_cannot_be_loaded_names_its_package(site: Path) -> None:
    ran = jobber(site, "--engine", "broken", "run", "hello")

    assert ran.returncode == 125
    assert ran.stderr.startswith("error: engine broken from package broken could not be loaded: ModuleNotFoundError")


def test_error_for_an_engine_that_is_not_a_function_names_its_package(site: Path) -> None:
    ran = jobber(site, "--engine", "text", "run", "hello")

    expected = "error: engine text from package text could not be loaded: jobber_memory:__doc__ is not a function"
    assert (ran.returncode, ran.stderr.partition(":__doc__")[0]) == (125, expected.partition(":__doc__")[0])
    assert "can't be called" in ran.stderr


def test_example_passes_the_contract_suite(site: Path) -> None:
    words = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, str(EXAMPLE / "tests"))
    ended = python(site, *words)

    assert (ended.returncode, "failed" in ended.stdout) == (0, False), ended.stdout
    assert " passed" in ended.stdout
