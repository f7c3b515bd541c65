"""Revisions of jobber to compare, each installed in the same way in a separate virtual environment."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from side_by_side import run

_ROOT = Path(__file__).parents[1]
_FOLDER = _ROOT / "build" / "revisions"


def install_working_tree() -> Path:
    """Install the files of the working tree as they are now, and return the Python that has them."""
    return _install(_ROOT, "working-tree")


def install_revision(revision: str) -> Path:
    """Install a revision of this repository, unless it is installed already, and return the Python that has it."""
    commit = run(["git", "-C", str(_ROOT), "rev-parse", "--verify", f"{revision}^{{commit}}"])
    python = _python_of(commit)
    if benchmarks_of(python).exists():
        return python
    with tempfile.TemporaryDirectory() as source:
        archive = subprocess.run(["git", "-C", str(_ROOT), "archive", commit], stdout=subprocess.PIPE, check=True)
        subprocess.run(["tar", "-x", "-C", source], input=archive.stdout, check=True)
        return _install(Path(source), commit)


def _install(source: Path, name: str) -> Path:
    """Install a source tree with the dependencies that its own constraints name."""
    python = _python_of(name)
    run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(python.parents[1])])
    pip = [sys.executable, "-m", "pip", "--quiet", "--python", str(python), "install"]
    run([*pip, "-c", str(source / "constraints.txt"), str(source)])
    shutil.copytree(source / "benchmarks", benchmarks_of(python), dirs_exist_ok=True)
    return python


def benchmarks_of(python: Path) -> Path:
    """Return the folder of the benchmarks that belong to an installation."""
    return python.parents[1] / "benchmarks"


def _python_of(name: str) -> Path:
    return _FOLDER / name / "bin" / "python"
