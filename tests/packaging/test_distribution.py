"""The published wheel and sdist, and the tests of the installed package."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STANDARDS = ("rocrate", "in-toto-attestation", "prov")
"""Packages that read what `jobber export` writes: the tests use them."""

pytestmark = [pytest.mark.packaging, pytest.mark.xdist_group("packaging")]


def run(*words: str | Path, folder: Path = ROOT) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV", "PYTHON"))}
    ended = subprocess.run(
        [str(word) for word in words], cwd=folder, env=kept, capture_output=True, text=True, timeout=900, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT)
    return folder


@pytest.fixture(scope="module")
def installed(distributions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the programs of a fresh environment that has the wheel."""
    venv = tmp_path_factory.mktemp("venv")
    run(sys.executable, "-m", "venv", venv)
    wheel = next(distributions.glob("*.whl"))
    wanted = (f"{wheel}[testing]", "hypothesis", "pytest-timeout", *STANDARDS)
    run(venv / "bin" / "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", *wanted)
    return venv / "bin"


def test_descriptions_are_as_the_index_wants_them(distributions: Path) -> None:
    said = run(sys.executable, "-m", "twine", "--no-color", "check", "--strict", *sorted(distributions.iterdir()))

    assert said.count("PASSED") == 2


def test_wheel_has_types_and_contract_and_no_tests(distributions: Path) -> None:
    names = zipfile.ZipFile(next(distributions.glob("*.whl"))).namelist()

    assert {"jobber/py.typed", "jobber/pytest_plugin.py", "jobber/testing/contract/__init__.py"} <= set(names)
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"jobber"}


def test_sdist_has_what_its_tests_need(distributions: Path) -> None:
    with tarfile.open(next(distributions.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert {"constraints.txt", "tests/conftest.py", "examples/jobber-memory/pyproject.toml", "LICENSE"} <= names


def test_installed_command_runs(installed: Path, tmp_path: Path) -> None:
    assert run(installed / "jobber", "--version", folder=tmp_path).strip()
    assert run(installed / "jobber", "--help", folder=tmp_path).startswith("Usage: jobber")


def test_pipx_installs_the_command_and_takes_it_away(
    distributions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, place in (("PIPX_HOME", "home"), ("PIPX_BIN_DIR", "bin"), ("PIPX_MAN_DIR", "man")):
        monkeypatch.setenv(variable, str(tmp_path / place))
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", "pipx")
    wheel = next(distributions.glob("*.whl"))
    run(python, "-m", "pipx", "install", "--pip-args", f"-c {ROOT / 'constraints.txt'}", wheel, folder=tmp_path)
    said = run(tmp_path / "bin" / "jobber", "--version", folder=tmp_path)
    run(python, "-m", "pipx", "uninstall", "docker-jobber", folder=tmp_path)

    assert said.split()[-1] == wheel.name.split("-")[1]
    assert [path.name for path in (tmp_path / "bin").iterdir()] == []


@pytest.mark.parametrize("suite", ["tests/domain", "tests/use_cases", "tests/api", "tests/contract/test_fake.py"])
def test_tests_pass_against_the_installed_wheel(installed: Path, suite: str) -> None:
    said = run(installed / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", suite)

    assert " passed" in said
