"""The example of a pipeline and its tests, on the fake and on real engines."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jobber.adapters.discovery.connect import connect
from jobber.testing import FakeProgress
from jobber.testing.contract.base import build_base

EXAMPLE = Path(__file__).parents[2] / "examples" / "pipeline"


def pytest_of(folder: Path, *options: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DOCKER_", "COV"))}
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, str(folder / "tests")]
    environment = {**kept, "PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(
        [*words, *options], cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    return ended.stdout + ended.stderr


@pytest.mark.parametrize("options", [(), ("--jobber-engine=fake-podman",)], ids=" ".join)
def test_pipeline_is_tested_without_an_engine(options: tuple[str, ...]) -> None:
    assert "4 passed" in (said := pytest_of(EXAMPLE, *options)), said


def test_same_test_runs_on_a_real_engine(engine_address: str, tmp_path: Path) -> None:
    """Use unique names and a base image that needs no registry."""
    engine = connect(host=engine_address, choice="auto", environment={}, progress=FakeProgress())
    (tmp_path / "base").mkdir()
    base, name = build_base(engine, tmp_path / "base"), engine.describe().name
    engine.close()
    own, copy = f"jobber-test-{os.urandom(3).hex()}", tmp_path / "pipeline"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for path in [path for path in copy.rglob("*") if path.suffix == ".py" or path.name == "Dockerfile"]:
        path.write_text(path.read_text().replace("words-", f"{own}-").replace("FROM busybox", f"FROM {base}"))
    said = pytest_of(copy, f"--jobber-engine={name}", f"--jobber-host={engine_address}", "-k", "counted")

    assert "1 passed" in said, said
